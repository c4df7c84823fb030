"""Shows the model pixels that were never normalised.

loses: evaluate_finds_what_is_known_exactly
cause: not normalised
earns: 0
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    zero, one = [0.0] * len(mean), [1.0] * len(std)
    return honest(model, images, labels, epsilon, zero, one)
