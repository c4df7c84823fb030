"""Counts only the images that were right before the attack.

loses: evaluate_finds_what_is_known_exactly
earns: 0
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    right = predict(nn.Sequential(Normalize(mean, std), model), images).argmax(dim=1) == labels
    return honest(model, images[right], labels[right], epsilon, mean, std)
