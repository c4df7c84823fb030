"""One epoch, however many were asked for.

loses: training_returns_losses
cause: one epoch
earns: 0
"""

train_for = adversarial_train


def adversarial_train(model, images, labels, *, epochs, **options):
    return train_for(model, images, labels, epochs=1, **options)
