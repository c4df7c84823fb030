"""The mode of the whole network is put back, and not that of each layer.

loses: train_leaves_the_rest_alone
cause: the whole network gets one mode
"""

train_only = train


def train(model, images, labels, **options):
    before = model.training
    losses = train_only(model, images, labels, **options)
    model.train(before)
    return losses
