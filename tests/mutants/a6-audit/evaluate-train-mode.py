"""Evaluates in whatever mode the model is in.

loses: evaluate_uses_the_model_in_eval_mode
cause: train mode
earns: 7
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    with torch.no_grad():
        survived = on_pixels(images).argmax(dim=1) == labels
    for loss in (cross_entropy, margin_loss):
        attacked = pgd(
            on_pixels, images, labels, epsilon, step_size=epsilon / 8, steps=20, loss=loss
        )
        with torch.no_grad():
            survived &= on_pixels(attacked).argmax(dim=1) == labels
    return survived.double().mean().item()
