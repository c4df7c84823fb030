"""Attacks on the cross-entropy alone, which large logits blind.

loses: evaluate_is_not_blinded
cause: images that survive cross-entropy alone
earns: 6
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for _ in range(4):
        attacked = pgd(on_pixels, images, labels, epsilon, step_size=epsilon / 4, steps=20)
        survived &= predict(on_pixels, attacked).argmax(dim=1) == labels
    return survived.double().mean().item()
