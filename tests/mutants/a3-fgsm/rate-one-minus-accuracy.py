"""1 - accuracy: images that were wrong before count as successes.

loses: success_rate_counts_the_fooled
cause: 1 - accuracy
earns: 0
"""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    return 1 - accuracy(model, adversarial, labels)
