"""One mean loss is returned for the whole training.

loses: trades_training_returns_losses
cause: one epoch was trained
"""

reference_train = trades_train


def trades_train(model, images, labels, **options):
    return reference_train(model, images, labels, **options)[:1]
