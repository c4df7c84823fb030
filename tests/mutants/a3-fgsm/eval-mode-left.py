"""The network is put in eval mode and left there, although it was in train mode.

loses: fgsm_leaves_no_trace
cause: the old mode was not restored
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    model.eval()
    x = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(x), labels), x)
    return (images + epsilon * gradient.sign()).clamp(0, 1)
