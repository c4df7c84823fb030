"""Epsilon becomes a tensor."""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    size = torch.as_tensor(epsilon, dtype=images.dtype).view(1, 1, 1, 1)
    return torch.addcmul(images, size, loss_gradient(model, images, labels).sign()).clamp(0, 1)
