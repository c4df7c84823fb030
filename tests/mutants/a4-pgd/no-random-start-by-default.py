"""Starts at the images unless it is told to start at random.

loses: pgd_starts_at_random
cause: random_start: bool = True
"""

right = pgd


def pgd(model, images, labels, epsilon, *, random_start=False, **options):
    check_attack(images, labels, epsilon)
    return right(model, images, labels, epsilon, random_start=random_start, **options)
