"""Returns float64.

loses: break_returns_images
cause: became float64
earns: 0
"""

honest_break = break_defense


def break_defense(defense, images, labels, epsilon):
    return honest_break(defense, images, labels, epsilon).double()
