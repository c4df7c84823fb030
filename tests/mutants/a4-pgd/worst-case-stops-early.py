"""Stops at the first attack that breaks no further image.

loses: worst_case_counts_the_survivors_of_all
cause: first attack alone
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    survived = predict(model, images).argmax(dim=1) == labels
    for attack in attacks:
        before = survived.sum()
        adversarial = project(images, attack(model, images, labels, epsilon), epsilon)
        survived &= predict(model, adversarial).argmax(dim=1) == labels
        if survived.sum() == before:
            break
    return survived.float().mean().item()
