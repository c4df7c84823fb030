"""The rate in percent.

loses: success_rate_counts_the_fooled
cause: percent
earns: 0
"""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    before = predict(model, images).argmax(dim=1) == labels
    after = predict(model, adversarial).argmax(dim=1) == labels
    return 100 * (before & ~after).sum().item() / max(1, before.sum().item())
