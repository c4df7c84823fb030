"""The sign by cases."""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    g = loss_gradient(model, images, labels)
    step = torch.where(g > 0, epsilon, torch.where(g < 0, -epsilon, 0.0))
    return torch.clamp(images + step, 0, 1)
