"""Clean accuracy minus robust accuracy.

loses: success_rate_counts_the_fooled
cause: difference of the accuracies
earns: 0
"""


def attack_success_rate(model, images, adversarial, labels):
    return accuracy(model, images, labels) - accuracy(model, adversarial, labels)
