"""Returns float64.

loses: break_returns_images
cause: became float64
earns: 0
"""

honest_break = break_defense


def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return honest_break(defense, images, labels, epsilon).double()
