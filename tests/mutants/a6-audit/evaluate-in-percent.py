"""Returns a percentage.

loses: evaluate_finds_what_is_known_exactly
cause: percentage
earns: 0
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    return 100 * honest(model, images, labels, epsilon, mean, std)
