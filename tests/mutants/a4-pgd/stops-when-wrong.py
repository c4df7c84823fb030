"""Moves only the images that the network still gets right.

loses: pgd_takes_the_steps_it_is_told, pgd_looks_again_at_each_step, pgd_refuses_what_makes_no_sense
cause: left alone once the network is wrong
"""

right = pgd


def pgd(model, images, labels, epsilon, *, steps, random_start=True, generator=None, **options):
    check_attack(images, labels, epsilon)
    x = right(
        model, images, labels, epsilon, steps=0, random_start=random_start, generator=generator,
        **options,
    )
    for _ in range(steps):
        moved = right(model, x, labels, epsilon, steps=1, random_start=False, **options)
        still = predict(model, x).argmax(dim=1) == labels
        x[still] = project(images, moved, epsilon)[still]
    return x
