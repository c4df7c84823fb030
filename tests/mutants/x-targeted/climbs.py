"""The loss of the target is raised.

loses: targeted_steps_towards_the_target
cause: the loss of the target is raised
"""


def targeted_pgd(model, images, targets, epsilon, *, step_size, steps):
    how = {"step_size": step_size, "steps": steps, "random_start": False}
    return pgd(model, images, targets, epsilon, **how)
