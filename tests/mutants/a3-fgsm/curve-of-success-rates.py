"""The attack's success rate at each epsilon, not the accuracy.

loses: curve_is_the_accuracy_at_each_epsilon
cause: success rate
earns: 0
"""


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    attacked = [fgsm(model, images, labels, epsilon) for epsilon in epsilons]
    return [attack_success_rate(model, images, a, labels) for a in attacked]
