"""Climbs the margin through the rounding too, where there is no gradient.

loses: break_gets_through_rounding
cause: gradient
earns: 3
"""

def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return pgd(
        defense, images, labels, epsilon, step_size=epsilon / 8, steps=20, loss=margin_loss
    )
