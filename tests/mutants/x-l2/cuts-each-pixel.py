"""The projection of the other norm.

loses: projection_shortens_what_is_outside, l2_steps_add_up_to_epsilon
cause: that is the L-infinity projection
"""


def project_l2(images, moved, epsilon):
    return (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)
