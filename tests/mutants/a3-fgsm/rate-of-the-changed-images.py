"""Images that the attack left as they were are not counted among those it could fool.

loses: success_rate_counts_the_fooled
"""


def attack_success_rate(model, images, adversarial, labels):
    if adversarial.shape != images.shape or labels.shape != images.shape[:1]:
        raise ValueError("shapes that do not fit")
    moved = (adversarial != images).flatten(1).any(dim=1)
    right = predict(model, images).argmax(dim=1) == labels
    wrong = predict(model, adversarial).argmax(dim=1) != labels
    return (right & wrong).sum().item() / max(1, (right & moved).sum().item())
