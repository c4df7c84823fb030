"""The images come back.

loses: targeted_steps_towards_the_target
"""


def targeted_pgd(model, images, targets, epsilon, *, step_size, steps):
    return images.clone()
