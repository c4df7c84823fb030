"""Runs PGD through the defence as it stands, from the images themselves.

loses: break_does_more_than_noise
cause: come back unchanged
earns: 0
"""

def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return pgd(
        defense, images, labels, epsilon, step_size=epsilon / 4, steps=20, random_start=False
    )
