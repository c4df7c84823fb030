"""Sees through the rounding and takes one step.

loses: break_gets_through_rounding, break_gets_past_large_logits
cause: too weak an attack
"""

def break_defense(defense, images, labels, epsilon):
    return pgd(
        StraightThrough(defense), images, labels, epsilon, step_size=epsilon, steps=1,
        random_start=False,
    )
