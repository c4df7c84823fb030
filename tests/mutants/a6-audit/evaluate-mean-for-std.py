"""Takes the mean for the std and the std for the mean.

loses: evaluate_finds_what_is_known_exactly
earns: 0
"""

def evaluate(model, images, labels, epsilon, mean, std):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("no images")
    on_pixels = nn.Sequential(Normalize(std, mean), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for loss in [cross_entropy, margin_loss] * RESTARTS:
        step = 2.5 * epsilon / STEPS
        attacked = pgd(on_pixels, images, labels, epsilon, step_size=step, steps=STEPS, loss=loss)
        survived &= predict(on_pixels, attacked).argmax(dim=1) == labels
    return survived.double().mean().item()
