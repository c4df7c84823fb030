"""Pixels leave the range.

loses: projection_keeps_images
cause: not clamped to [0, 1]
"""


def project_l2(images, moved, epsilon):
    change = moved - images
    return images + change * (epsilon / lengths(change).clamp(min=1e-12)).clamp(max=1.0)
