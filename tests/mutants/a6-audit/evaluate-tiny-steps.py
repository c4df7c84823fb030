"""Takes steps that together do not reach the end of the budget.

loses: evaluate_finds_what_is_known_exactly
cause: epsilon is half of what it should be
earns: 0
"""

def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for loss in (cross_entropy, margin_loss):
        moved = pgd(
            on_pixels, images, labels, epsilon, step_size=epsilon / 20, steps=10, loss=loss,
            random_start=False,
        )
        survived &= predict(on_pixels, moved).argmax(dim=1) == labels
    return survived.double().mean().item()
