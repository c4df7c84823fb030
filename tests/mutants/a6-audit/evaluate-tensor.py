"""Returns a tensor of one element.

loses: evaluate_finds_what_is_known_exactly
cause: a tensor of one element is no number yet
earns: 0
"""

honest_evaluate = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    return torch.tensor(honest_evaluate(model, images, labels, epsilon, mean, std))
