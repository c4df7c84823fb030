"""Three and a half times epsilon: robust, and clean accuracy is given up for it.

loses: training_keeps_it_accurate, training_makes_it_robust
cause: gave up clean accuracy
"""

train_within = adversarial_train


def adversarial_train(model, images, labels, *, epsilon, **options):
    return train_within(model, images, labels, epsilon=3.5 * epsilon, **options)
