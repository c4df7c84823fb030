"""The optimiser never takes a step.

loses: train_learns
cause: never takes a step
earns: 0
"""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x, y in zip(images.split(batch_size), labels.split(batch_size)):
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            total += loss.item() * len(x)
        losses.append(total / len(images))
    return losses
