"""Returns the clean accuracy: the attacked images are not used.

loses: evaluate_finds_what_is_known_exactly
cause: clean accuracy
earns: 0
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    return honest(model, images, labels, 0.0, mean, std)
