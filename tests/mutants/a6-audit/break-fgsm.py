"""Sees through the rounding and takes one step.

loses: break_gets_through_rounding, break_gets_past_large_logits
cause: too weak an attack
"""

def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return pgd(
        StraightThrough(defense), images, labels, epsilon, step_size=epsilon, steps=1,
        random_start=False,
    )
