"""Another loss than the cross-entropy is refused with a TypeError.

loses: pgd_takes_any_loss
cause: takes no other loss
"""


right = pgd


def pgd(model, images, labels, epsilon, *, loss=None, **options):
    if loss is not None:
        raise TypeError("no other loss")
    return right(model, images, labels, epsilon, **options)
