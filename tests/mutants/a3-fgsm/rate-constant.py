"""Always 0: right only where there is nothing to fool.

loses: success_rate_counts_the_fooled
earns: 0
"""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    return 0.0
