"""The loss is taken for the network's predictions, not for the labels.

loses: fgsm_is_exact_on_a_linear_model
cause: predictions
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    step = epsilon * loss_gradient(model, images, predict(model, images).argmax(dim=1)).sign()
    return (images + step).clamp(0, 1)
