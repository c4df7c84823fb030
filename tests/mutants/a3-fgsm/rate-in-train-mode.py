"""Asks the network for predictions in the mode it happens to be in.

loses: success_rate_with_nothing_to_fool
cause: train mode
"""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    right_before = model(images).argmax(dim=1) == labels
    wrong_after = model(adversarial).argmax(dim=1) != labels
    if not right_before.any():
        return 0.0
    return int((right_before & wrong_after).sum()) / int(right_before.sum())
