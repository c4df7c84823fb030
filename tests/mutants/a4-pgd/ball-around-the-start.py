"""The steps stay within epsilon of the random start, not of the images.

loses: pgd_stays_within_epsilon, pgd_fools_the_network
cause: after a random start
"""

right = pgd


def pgd(model, images, labels, epsilon, *, random_start=True, generator=None, **options):
    check_attack(images, labels, epsilon)
    start = images
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        start = (images + noise).clamp(0, 1)
    return right(model, start, labels, epsilon, random_start=False, **options)
