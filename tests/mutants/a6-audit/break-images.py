"""Returns the images.

loses: break_does_more_than_noise
cause: come back unchanged
earns: 0
"""

def break_defense(defense, images, labels, epsilon):
    return images.clone()
