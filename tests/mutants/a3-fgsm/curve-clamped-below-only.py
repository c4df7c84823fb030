"""The attacked images are held in the range at one end only.

loses: curve_is_the_accuracy_at_each_epsilon
cause: not clamped
earns: 0
"""


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    direction = loss_gradient(model, images, labels).sign()
    moved = [(images + epsilon * direction).clamp(min=0) for epsilon in epsilons]
    return [accuracy(model, each, labels) for each in moved]
