"""An image that was wrong from the start counts, if it is right under attack.

loses: worst_case_counts_the_clean_images_too
cause: clean images are not counted
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    survived = torch.ones(len(labels), dtype=torch.bool)
    for attack in attacks:
        x = project(images, attack(model, images, labels, epsilon), epsilon)
        survived &= predict(model, x).argmax(dim=1) == labels
    return survived.double().mean().item()
