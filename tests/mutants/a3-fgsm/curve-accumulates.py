"""Each attack starts from the images attacked before it.

loses: curve_is_the_accuracy_at_each_epsilon
cause: the steps add up
earns: 0
"""


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    curve = []
    for epsilon in epsilons:
        images = fgsm(model, images, labels, epsilon)
        curve.append(accuracy(model, images, labels))
    return curve
