"""Takes one step: FGSM is no evaluation.

loses: evaluate_attacks_as_well_as_it_can, evaluate_is_not_blinded
cause: FGSM
earns: 4
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for loss in (cross_entropy, margin_loss):
        attacked = pgd(
            on_pixels, images, labels, epsilon, step_size=epsilon, steps=1, random_start=False,
            loss=loss,
        )
        survived &= predict(on_pixels, attacked).argmax(dim=1) == labels
    return survived.double().mean().item()
