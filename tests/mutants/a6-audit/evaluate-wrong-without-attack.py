"""Counts every image that withstands the attacks, also if it was wrong before them.

loses: evaluate_is_not_blinded
cause: counts if it is right after one
earns: 6
"""

def evaluate(model, images, labels, epsilon, mean, std):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("no images")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = torch.ones(len(images), dtype=torch.bool)
    for loss in [cross_entropy, margin_loss] * RESTARTS:
        step = 2.5 * epsilon / STEPS
        attacked = pgd(on_pixels, images, labels, epsilon, step_size=step, steps=STEPS, loss=loss)
        survived &= predict(on_pixels, attacked).argmax(dim=1) == labels
    return survived.double().mean().item()
