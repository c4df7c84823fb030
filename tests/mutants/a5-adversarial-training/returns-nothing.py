"""adversarial_train ends without return.

loses: training_returns_losses
cause: ends without `return`
earns: 0
"""

train_with_losses = adversarial_train


def adversarial_train(model, images, labels, *, epochs, **options):
    train_with_losses(model, images, labels, epochs=1, **options)
