"""Goes down the loss: the defence is surer than before.

loses: break_does_more_than_noise
cause: does not follow the gradient
earns: 0
"""

def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return pgd(
        StraightThrough(defense), images, labels, epsilon, step_size=epsilon / 8, steps=20,
        loss=lambda logits, labels: -margin_loss(logits, labels),
    )
