"""The seed that is given is not used: it is always 0.

loses: train_is_seeded
cause: not used
"""

train_seeded = train


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    return train_seeded(model, images, labels, epochs=epochs, batch_size=batch_size)
