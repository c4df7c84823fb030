"""Draws from a copy of the generator: the next restart starts from the same place.

loses: pgd_starts_at_random
cause: the generator's state does not change
"""

right = pgd


def pgd(model, images, labels, epsilon, *, generator=None, **options):
    check_attack(images, labels, epsilon)
    twin = generator and torch.Generator().set_state(generator.get_state())
    return right(model, images, labels, epsilon, generator=twin, **options)
