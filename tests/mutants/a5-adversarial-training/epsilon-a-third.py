"""A third of epsilon.

loses: training_makes_it_robust
cause: a small epsilon
"""

train_within = adversarial_train


def adversarial_train(model, images, labels, *, epsilon, **options):
    return train_within(model, images, labels, epsilon=epsilon / 3, **options)
