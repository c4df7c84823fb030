"""The attack is computed and the clean images are measured.

loses: curve_is_the_accuracy_at_each_epsilon
cause: clean accuracies
earns: 0
"""


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    curve = []
    for epsilon in epsilons:
        adversarial = fgsm(model, images, labels, epsilon)
        curve.append(accuracy(model, images, labels))
    return curve
