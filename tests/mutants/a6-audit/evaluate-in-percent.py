"""Returns a percentage.

loses: evaluate_finds_what_is_known_exactly
cause: percentage
earns: 0
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    return 100 * honest(model, images, labels, epsilon, mean, std)
