"""Images whose prediction changed, right before or not.

loses: success_rate_counts_the_fooled
cause: prediction changed
earns: 0
"""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    before, after = predict(model, images).argmax(dim=1), predict(model, adversarial).argmax(dim=1)
    return (before != after).float().mean().item()
