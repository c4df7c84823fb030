"""Returns how far the accuracy falls.

loses: evaluate_finds_what_is_known_exactly
cause: how far the accuracy falls
earns: 0
"""

honest_evaluate = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    clean = honest_evaluate(model, images, labels, 0.0, mean, std)
    return clean - honest_evaluate(model, images, labels, epsilon, mean, std)
