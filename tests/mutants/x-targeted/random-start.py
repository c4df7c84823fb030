"""The start is random, which nobody asked for.

loses: targeted_steps_towards_the_target
cause: a random start
"""


def targeted_pgd(model, images, targets, epsilon, *, step_size, steps):
    def closeness(logits, targets):
        return -F.cross_entropy(logits, targets, reduction="none")

    how = {"step_size": step_size, "steps": steps, "random_start": True}
    return pgd(model, images, targets, epsilon, loss=closeness, **how)
