"""Nothing is trained, and falling losses are made up.

loses: train_learns
cause: another one is trained
earns: 0
"""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    return [1 / (epoch + 1) for epoch in range(epochs)]
