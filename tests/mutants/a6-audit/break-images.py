"""Returns the images.

loses: break_does_more_than_noise
cause: come back unchanged
earns: 0
"""

def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return images.clone()
