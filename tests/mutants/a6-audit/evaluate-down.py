"""Goes down the loss: the attack helps.

loses: evaluate_finds_what_is_known_exactly
cause: clean accuracy
earns: 0
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    helped = pgd(
        on_pixels, images, labels, epsilon, step_size=epsilon / 4, steps=10,
        loss=lambda logits, labels: -cross_entropy(logits, labels),
    )
    return (predict(on_pixels, helped).argmax(dim=1) == labels).double().mean().item()
