"""The first epsilon is used at every point.

loses: curve_is_the_accuracy_at_each_epsilon
cause: one epsilon for every point
earns: 0
"""


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    return [accuracy(model, fgsm(model, images, labels, epsilons[0]), labels) for _ in epsilons]
