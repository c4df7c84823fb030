"""FGSM in the place of PGD.

loses: pgd_takes_the_steps_it_is_told, pgd_looks_again_at_each_step, pgd_starts_at_random
cause: steps are epsilon
"""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
