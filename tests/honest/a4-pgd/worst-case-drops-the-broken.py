"""Attacks only the images that still stand, as AutoAttack does."""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    standing = (predict(model, images).argmax(dim=1) == labels).nonzero().flatten()
    for attack in attacks:
        if len(standing) == 0:
            break
        x, y = images[standing], labels[standing]
        moved = project(x, attack(model, x, y, epsilon), epsilon)
        standing = standing[predict(model, moved).argmax(dim=1) == y]
    return len(standing) / len(images)
