"""Without a generator it makes one with a fixed seed.

loses: pgd_starts_at_random
cause: restarts are all alike
"""

right = pgd


def pgd(model, images, labels, epsilon, *, generator=None, **options):
    check_attack(images, labels, epsilon)
    generator = generator or torch.Generator().manual_seed(0)
    return right(model, images, labels, epsilon, generator=generator, **options)
