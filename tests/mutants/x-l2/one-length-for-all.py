"""One length is taken for the whole batch.

loses: projection_leaves_what_is_inside, projection_shortens_what_is_outside,
       l2_steps_add_up_to_epsilon
"""


def project_l2(images, moved, epsilon):
    change = moved - images
    return (images + change * min(1.0, epsilon / change.norm())).clamp(0, 1)
