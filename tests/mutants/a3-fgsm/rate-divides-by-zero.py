"""0 / 0 where no image was right before the attack.

loses: success_rate_with_nothing_to_fool
cause: your code raised an error
earns: 3
"""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    before = predict(model, images).argmax(dim=1) == labels
    after = predict(model, adversarial).argmax(dim=1) == labels
    return (before & ~after).sum().item() / before.sum().item()
