"""Counts with the network in the mode it happens to be in.

loses: worst_case_counts_the_clean_images_too
cause: in evaluation mode
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    survived = model(images).argmax(dim=1) == labels
    for attack in attacks:
        adversarial = project(images, attack(model, images, labels, epsilon), epsilon)
        survived &= model(adversarial).argmax(dim=1) == labels
    return survived.float().mean().item()
