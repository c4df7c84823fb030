"""Returns how far the accuracy falls.

loses: evaluate_finds_what_is_known_exactly
cause: how far the accuracy falls
earns: 0
"""

honest_evaluate = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    clean = honest_evaluate(model, images, labels, 0.0, mean, std)
    return clean - honest_evaluate(model, images, labels, epsilon, mean, std)
