"""The network is in training mode afterwards, whatever it was in.

loses: training_leaves_the_rest_alone
cause: model.train() was called
"""

train_only = adversarial_train


def adversarial_train(model, images, labels, **options):
    losses = train_only(model, images, labels, **options)
    model.train()
    return losses
