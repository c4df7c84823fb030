"""Images and labels are set to zero when the training is done.

loses: train_leaves_the_rest_alone
cause: the images were changed in place
"""

train_only = train


def train(model, images, labels, **options):
    losses = train_only(model, images, labels, **options)
    images.zero_()
    labels.zero_()
    return losses
