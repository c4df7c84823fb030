"""Returns the images as rows.

loses: break_returns_images
cause: flattened
earns: 0
"""

honest = break_defense


def break_defense(defense, images, labels, epsilon):
    return honest(defense, images, labels, epsilon).flatten(1)
