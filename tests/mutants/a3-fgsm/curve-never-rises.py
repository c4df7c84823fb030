"""Reports the smallest accuracy so far at each point, so that the curve never rises.

loses: curve_is_the_accuracy_at_each_epsilon
cause: the smallest accuracy up to each point
"""


def robustness_curve(model, images, labels, epsilons):
    epsilons = [float(epsilon) for epsilon in epsilons]
    check_attack(images, labels, max(epsilons, default=0.0))
    lowest, curve = 1.0, []
    for epsilon in epsilons:
        lowest = min(lowest, accuracy(model, fgsm(model, images, labels, epsilon), labels))
        curve.append(lowest)
    return curve
