"""The attacked images are not clamped.

loses: curve_is_the_accuracy_at_each_epsilon
cause: not clamped
earns: 0
"""


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    direction = loss_gradient(model, images, labels).sign()
    return [accuracy(model, images + epsilon * direction, labels) for epsilon in epsilons]
