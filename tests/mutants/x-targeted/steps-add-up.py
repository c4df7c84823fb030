"""The projection is around the last point.

loses: targeted_keeps_to_the_budget
cause: the steps add up
"""


def targeted_pgd(model, images, targets, epsilon, *, step_size, steps):
    for _ in range(steps):
        how = {"step_size": step_size, "steps": 1}
        images = whole(model, images, targets, epsilon, **how)
    return images


def whole(model, images, targets, epsilon, *, step_size, steps):
    def closeness(logits, targets):
        return -F.cross_entropy(logits, targets, reduction="none")

    how = {"step_size": step_size, "steps": steps, "random_start": False}
    return pgd(model, images, targets, epsilon, loss=closeness, **how)
