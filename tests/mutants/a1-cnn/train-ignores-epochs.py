"""One epoch, however many were asked for.

loses: train_returns_losses
cause: one epoch
earns: 0
"""

train_for = train


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    return train_for(model, images, labels, epochs=1, batch_size=batch_size, seed=seed)
