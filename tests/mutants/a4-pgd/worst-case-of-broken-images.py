"""The share of broken images.

loses: worst_case_counts_the_survivors_of_all
cause: broken images
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    survived = predict(model, images).argmax(dim=1) == labels
    for attack in attacks:
        x = project(images, attack(model, images, labels, epsilon), epsilon)
        survived &= predict(model, x).argmax(dim=1) == labels
    return 1 - survived.double().mean().item()
