"""Divides epsilon by 255, as for images that are not on [0, 1].

loses: evaluate_finds_what_is_known_exactly
cause: clean accuracy
earns: 0
"""

honest_evaluate = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    return honest_evaluate(model, images, labels, epsilon / 255, mean, std)
