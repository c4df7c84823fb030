"""The network stays in eval mode, though it came in train mode.

loses: train_is_seeded
cause: put in eval mode
"""

train_and_restore = train


def train(model, images, labels, **options):
    losses = train_and_restore(model, images, labels, **options)
    model.eval()
    return losses
