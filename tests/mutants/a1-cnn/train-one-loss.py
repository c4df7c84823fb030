"""One loss is returned, that of the last epoch.

loses: train_returns_losses
cause: one number
earns: 0
"""

train_with_all = train


def train(model, images, labels, **options):
    return train_with_all(model, images, labels, **options)[-1]
