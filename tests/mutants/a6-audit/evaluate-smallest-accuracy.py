"""Takes the smallest accuracy under one attack, not the images that withstand all.

loses: evaluate_is_not_blinded
cause: smallest of the accuracies
"""


def evaluate(model, images, labels, epsilon, mean, std):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("no images")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    accuracies = [accuracy(on_pixels, images, labels)]
    for loss in [cross_entropy, margin_loss] * RESTARTS:
        step = 2.5 * epsilon / STEPS
        attacked = pgd(on_pixels, images, labels, epsilon, step_size=step, steps=STEPS, loss=loss)
        accuracies.append(accuracy(on_pixels, attacked, labels))
    return min(accuracies)
