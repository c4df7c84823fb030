"""Six times epsilon: no image can be told from another, and one class is given to all.

loses: training_makes_it_robust
cause: epsilon was too large from the start
earns: 0
"""

train_within = adversarial_train


def adversarial_train(model, images, labels, *, epsilon, **options):
    return train_within(model, images, labels, epsilon=6 * epsilon, **options)
