"""The model's own answer is run away from, whatever the target.

loses: targeted_steps_towards_the_target
cause: not that of the loss of the targets
"""


def targeted_pgd(model, images, targets, epsilon, *, step_size, steps):
    how = {"step_size": step_size, "steps": steps, "random_start": False}
    return pgd(model, images, predict(model, images).argmax(dim=1), epsilon, **how)
