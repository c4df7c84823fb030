"""The losses are tensors.

loses: train_returns_losses
cause: tensor
earns: 0
"""

train_with_floats = train


def train(model, images, labels, **options):
    return [torch.tensor(loss) for loss in train_with_floats(model, images, labels, **options)]
