"""Clean accuracy minus robust accuracy.

loses: success_rate_counts_the_fooled
cause: difference of the accuracies
earns: 0
"""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    return accuracy(model, images, labels) - accuracy(model, adversarial, labels)
