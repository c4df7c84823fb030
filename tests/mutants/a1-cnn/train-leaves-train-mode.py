"""The network stays in train mode.

loses: train_is_seeded
cause: stays in force
"""

train_and_restore = train


def train(model, images, labels, **options):
    losses = train_and_restore(model, images, labels, **options)
    model.train()
    return losses
