"""The first weights are frozen while it trains: they never move.

loses: training_moves_every_weight
cause: only a part of the parameters
"""

train_all_weights = adversarial_train


def adversarial_train(model, images, labels, **options):
    first = next(model.parameters())
    first.requires_grad_(False)
    try:
        return train_all_weights(model, images, labels, **options)
    finally:
        first.requires_grad_()
