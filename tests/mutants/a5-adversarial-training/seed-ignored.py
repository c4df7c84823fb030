"""The seed is a constant, whatever seed is given.

loses: training_is_seeded
cause: the seed that is given is not used
"""

train_seeded = adversarial_train


def adversarial_train(model, images, labels, *, seed=0, **options):
    return train_seeded(model, images, labels, seed=12345, **options)
