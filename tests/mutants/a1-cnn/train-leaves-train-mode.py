"""The network is in training mode afterwards, whatever it was in.

loses: train_leaves_the_rest_alone
cause: model.train() was called
"""

train_only = train


def train(model, images, labels, **options):
    losses = train_only(model, images, labels, **options)
    model.train()
    return losses
