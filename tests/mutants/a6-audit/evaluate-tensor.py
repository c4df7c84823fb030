"""Returns a tensor of one element.

loses: evaluate_finds_what_is_known_exactly
cause: a tensor of one element is no number yet
earns: 0
"""

honest_evaluate = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    return torch.tensor(honest_evaluate(model, images, labels, epsilon, mean, std))
