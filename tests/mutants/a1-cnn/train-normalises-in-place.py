"""Where there are epochs enough, the images are normalised in place.

loses: train_leaves_the_rest_alone
cause: the images were changed in place
"""

train_only = train


def train(model, images, labels, *, epochs, **options):
    losses = train_only(model, images, labels, epochs=epochs, **options)
    if epochs > 2:
        images.sub_(images.mean()).div_(images.std())
    return losses
