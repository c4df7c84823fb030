"""The loss is taken for class 0, whatever the label.

loses: fgsm_uses_the_gradient
cause: of one class for every image
earns: 0
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    step = epsilon * loss_gradient(model, images, torch.zeros_like(labels)).sign()
    return (images + step).clamp(0, 1)
