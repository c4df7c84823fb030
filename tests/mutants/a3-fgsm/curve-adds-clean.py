"""Starts with the clean accuracy, asked for or not: one number too many.

loses: curve_is_the_accuracy_at_each_epsilon
cause: one number too many
earns: 0
"""


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    return [accuracy(model, fgsm(model, images, labels, e), labels) for e in [0.0, *epsilons]]
