"""Takes the margin of probabilities, which is as flat as the cross-entropy.

loses: evaluate_is_not_blinded
cause: its gradient is 0
earns: 6
"""

def flat_margin(logits, labels):
    return margin_loss(logits.softmax(dim=1), labels)


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for loss in (cross_entropy, flat_margin):
        moved = pgd(on_pixels, images, labels, epsilon, step_size=epsilon / 8, steps=20, loss=loss)
        survived &= predict(on_pixels, moved).argmax(dim=1) == labels
    return survived.double().mean().item()
