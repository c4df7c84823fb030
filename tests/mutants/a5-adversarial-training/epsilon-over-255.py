"""Epsilon is divided by 255 once more.

loses: training_makes_it_robust
cause: no more robust than a plainly trained network
earns: 0
"""

train_within = adversarial_train


def adversarial_train(model, images, labels, *, epsilon, **options):
    return train_within(model, images, labels, epsilon=epsilon / 255, **options)
