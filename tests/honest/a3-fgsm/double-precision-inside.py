"""Computed in float64, returned in float32."""
from copy import deepcopy


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    twin = deepcopy(model).double().eval()
    x = images.double().requires_grad_()
    (g,) = torch.autograd.grad(F.cross_entropy(twin(x), labels), x)
    return (images.double() + epsilon * g.sign()).clamp(0, 1).float()
