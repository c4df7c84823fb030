import torch
import torch.nn.functional as F


def fgsm(model, images, labels, epsilon):
    was_training = model.training
    model.eval()
    x = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(x), labels, reduction="sum"), x)
    model.train(was_training)
    return (images + epsilon * gradient.sign()).clamp(0, 1)


def predictions(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        predicted = model(images).argmax(dim=1)
    model.train(was_training)
    return predicted


def attack_success_rate(model, images, adversarial, labels):
    right = predictions(model, images) == labels
    fooled = right & (predictions(model, adversarial) != labels)
    return fooled.sum().item() / max(1, right.sum().item())


def robustness_curve(model, images, labels, epsilons):
    attacked = [fgsm(model, images, labels, epsilon) for epsilon in epsilons]
    return [(predictions(model, x) == labels).float().mean().item() for x in attacked]
