"""Returns how often the attack works, not what is left.

loses: evaluate_finds_what_is_known_exactly
cause: success rate
earns: 0
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    clean = honest(model, images, labels, 0.0, mean, std)
    return 1 - honest(model, images, labels, epsilon, mean, std) / clean
