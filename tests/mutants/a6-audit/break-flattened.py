"""Returns the images as rows.

loses: break_returns_images
cause: flattened
earns: 0
"""

honest = break_defense


def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return honest(defense, images, labels, epsilon).flatten(1)
