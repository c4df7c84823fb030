"""With a random start it takes one step fewer.

loses: pgd_starts_at_random, pgd_refuses_what_makes_no_sense
cause: counted as a step
"""

right = pgd


def pgd(model, images, labels, epsilon, *, steps, random_start=True, **options):
    check_attack(images, labels, epsilon)
    steps = max(0, steps - random_start)
    return right(model, images, labels, epsilon, steps=steps, random_start=random_start, **options)
