"""Counts the first 90 images only.

loses: worst_case_counts_the_survivors_of_all
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    images, labels = images[:90], labels[:90]
    survived = predict(model, images).argmax(dim=1) == labels
    for attack in attacks:
        adversarial = project(images, attack(model, images, labels, epsilon), epsilon)
        survived &= predict(model, adversarial).argmax(dim=1) == labels
    return survived.float().mean().item()
