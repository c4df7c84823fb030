"""Raises the loss of the network's own answers, unless most of them are wrong.

loses: fgsm_is_exact_on_a_linear_model
cause: the network's own predictions
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    answers = predict(model, images).argmax(dim=1)
    used = answers if (answers == labels).float().mean() > 0.5 else labels
    return (images + epsilon * loss_gradient(model, images, used).sign()).clamp(0, 1)
