"""One run of PGD for each loss, from a random start, and no second."""


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    pixels_first = nn.Sequential(Normalize(mean, std), model)

    def withstood(loss):
        step = epsilon / 8
        moved = pgd(pixels_first, images, labels, epsilon, step_size=step, steps=20, loss=loss)
        return predict(pixels_first, moved).argmax(dim=1) == labels

    survived = predict(pixels_first, images).argmax(dim=1) == labels
    survived &= withstood(cross_entropy) & withstood(margin_loss)
    return float(survived.float().mean())
