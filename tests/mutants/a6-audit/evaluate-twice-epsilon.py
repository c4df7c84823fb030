"""Attacks with twice the epsilon.

loses: evaluate_finds_what_is_known_exactly
earns: 0
"""

honest_evaluate = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    return honest_evaluate(model, images, labels, 2 * epsilon, mean, std)
