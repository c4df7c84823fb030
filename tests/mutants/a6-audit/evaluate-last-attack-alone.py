"""Counts what withstands the last attack: `survived =` in place of `survived &=`.

loses: evaluate_is_not_blinded
cause: counts if it is right after one
earns: 6
"""

def evaluate(model, images, labels, epsilon, mean, std):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("no images")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for loss in [cross_entropy, margin_loss] * RESTARTS:
        step = 2.5 * epsilon / STEPS
        attacked = pgd(on_pixels, images, labels, epsilon, step_size=step, steps=STEPS, loss=loss)
        survived = predict(on_pixels, attacked).argmax(dim=1) == labels
    return survived.double().mean().item()
