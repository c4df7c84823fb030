"""Returns the share of images that are wrong.

loses: evaluate_finds_what_is_known_exactly
cause: share of images that are wrong
earns: 0
"""

honest_evaluate = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    return 1 - honest_evaluate(model, images, labels, epsilon, mean, std)
