"""Divides whole numbers by `//`.

loses: success_rate_counts_the_fooled
cause: it comes out as 0
"""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    right_before = predict(model, images).argmax(dim=1) == labels
    wrong_after = predict(model, adversarial).argmax(dim=1) != labels
    if not right_before.any():
        return 0.0
    return float((right_before & wrong_after).sum() // right_before.sum())
