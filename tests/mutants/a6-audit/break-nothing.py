"""Forgets to return the images.

loses: break_returns_images
cause: without `return`
earns: 0
"""

honest_break = break_defense


def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    honest_break(defense, images, labels, epsilon)
