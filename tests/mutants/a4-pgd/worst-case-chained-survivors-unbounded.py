"""Survivors are counted, but each attack starts where the one before ended, unbounded.

loses: worst_case_counts_the_survivors_of_all
cause: where the one before ended
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    survived = predict(model, images).argmax(dim=1) == labels
    x = images
    for attack in attacks:
        x = attack(model, x, labels, epsilon)
        survived &= predict(model, x).argmax(dim=1) == labels
    return survived.double().mean().item()
