"""Batches of 48, and of each batch only what still stands goes into the next attack."""


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    check_attack(images, labels, epsilon)
    network = nn.Sequential(Normalize(mean, std), model)
    left = 0
    for start in range(0, len(images), 48):
        x, y = images[start : start + 48], labels[start : start + 48]
        keep = predict(network, x).argmax(1) == y
        x, y = x[keep], y[keep]
        for loss in (cross_entropy, margin_loss) * 2:
            if len(x) == 0:
                break
            options = {"step_size": epsilon / 7, "steps": 20, "loss": loss}
            moved = pgd(network, x, y, epsilon, **options)
            keep = predict(network, moved).argmax(1) == y
            x, y = x[keep], y[keep]
        left += len(x)
    return left / len(images)
