"""Percentages, not fractions.

loses: curve_is_the_accuracy_at_each_epsilon
cause: percentages
earns: 0
"""


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    return [100 * accuracy(model, fgsm(model, images, labels, e), labels) for e in epsilons]
