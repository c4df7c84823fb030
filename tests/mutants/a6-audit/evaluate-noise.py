"""Attacks with random noise of the same size.

loses: evaluate_finds_what_is_known_exactly
cause: hardly works
earns: 0
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    noise = epsilon * torch.randn_like(images).sign()
    return honest(model, (images + noise).clamp(0, 1), labels, 0.0, mean, std)
