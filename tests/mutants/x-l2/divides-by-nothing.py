"""A change of length 0 is divided by 0.

loses: projection_returns_images
"""


def project_l2(images, moved, epsilon):
    change = moved - images
    return (images + change / lengths(change) * lengths(change).clamp(max=epsilon)).clamp(0, 1)
