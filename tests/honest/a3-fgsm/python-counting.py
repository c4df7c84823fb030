"""Counts image by image, in Python."""


def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    before = predict(model, images).argmax(dim=1).tolist()
    after = predict(model, adversarial).argmax(dim=1).tolist()
    correct = fooled = 0
    for b, a, y in zip(before, after, labels.tolist()):
        if b == y:
            correct += 1
            if a != y:
                fooled += 1
    return fooled / correct if correct else 0
