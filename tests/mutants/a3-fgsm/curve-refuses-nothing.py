"""A curve is drawn through a negative epsilon.

loses: curve_refuses_what_makes_no_sense
cause: nothing looks at the arguments
"""


def robustness_curve(model, images, labels, epsilons):
    direction = loss_gradient(model, images, labels).sign()
    return [accuracy(model, (images + e * direction).clamp(0, 1), labels) for e in epsilons]
