"""Gives the attacks the network's answers: the same as the labels for every image that counts."""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    answers = predict(model, images).argmax(dim=1)
    survived = answers == labels
    for attack in attacks:
        x = project(images, attack(model, images, answers, epsilon), epsilon)
        survived &= predict(model, x).argmax(dim=1) == labels
    return survived.double().mean().item()
