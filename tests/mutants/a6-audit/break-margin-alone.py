"""Climbs the margin through the rounding too, where there is no gradient.

loses: break_gets_through_rounding
cause: gradient
earns: 3
"""

def break_defense(defense, images, labels, epsilon):
    return pgd(
        defense, images, labels, epsilon, step_size=epsilon / 8, steps=20, loss=margin_loss
    )
