"""The rate is a tensor with one element.

loses: success_rate_counts_the_fooled
cause: tensor
earns: 0
"""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    before = predict(model, images).argmax(dim=1) == labels
    after = predict(model, adversarial).argmax(dim=1) == labels
    return (before & ~after).sum() / before.sum()
