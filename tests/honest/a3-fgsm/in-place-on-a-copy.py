"""In place, on a copy."""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    adversarial = images.detach().clone()
    direction = loss_gradient(model, images, labels).sign_()
    adversarial.add_(direction, alpha=epsilon).clamp_(0, 1)
    return adversarial
