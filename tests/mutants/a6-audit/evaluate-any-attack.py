"""Counts an image that withstands one of the attacks, not each of them.

loses: evaluate_is_not_blinded
cause: images that survive cross-entropy alone
earns: 6
"""

def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    right = predict(on_pixels, images).argmax(dim=1) == labels
    survived = torch.zeros_like(right)
    for loss in (cross_entropy, margin_loss):
        moved = pgd(on_pixels, images, labels, epsilon, step_size=epsilon / 8, steps=20, loss=loss)
        survived |= predict(on_pixels, moved).argmax(dim=1) == labels
    return (right & survived).double().mean().item()
