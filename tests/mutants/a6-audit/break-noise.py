"""Adds noise of the largest size that is allowed.

loses: break_does_more_than_noise
cause: does not follow the gradient
earns: 0
"""

def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return (images + epsilon * torch.randn_like(images).sign()).clamp(0, 1)
