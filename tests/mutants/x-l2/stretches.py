"""Every change is brought to the length epsilon.

loses: projection_leaves_what_is_inside, l2_steps_are_step_size_long
cause: short changes are made longer
"""


def project_l2(images, moved, epsilon):
    change = moved - images
    return (images + epsilon * change / lengths(change).clamp(min=1e-12)).clamp(0, 1)
