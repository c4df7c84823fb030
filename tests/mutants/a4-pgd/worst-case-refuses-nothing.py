"""A negative epsilon is no reason to stop.

loses: worst_case_refuses_what_makes_no_sense
cause: nothing looks at the arguments
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    survived = predict(model, images).argmax(dim=1) == labels
    for attack in attacks:
        adversarial = project(images, attack(model, images, labels, epsilon), epsilon)
        survived &= predict(model, adversarial).argmax(dim=1) == labels
    return survived.float().mean().item()
