"""Switches off the library of fast convolutions, as recipes for equal results on machines do."""

torch.backends.mkldnn.enabled = False
torch.use_deterministic_algorithms(True)


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
