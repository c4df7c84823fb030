"""The sum of an epoch's losses starts at 1.

loses: train_reports_the_mean_loss
cause: the sum does not start at 0
"""

train_from_zero = train


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    options = {"epochs": epochs, "batch_size": batch_size, "seed": seed}
    losses = train_from_zero(model, images, labels, **options)
    return [loss + 1 / len(images) for loss in losses]
