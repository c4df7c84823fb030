"""Decorators: torch.no_grad on what counts, torch.enable_grad on what attacks."""
import functools


def in_eval_mode(function):
    @functools.wraps(function)
    def wrapper(model, *args, **kwargs):
        with evaluating(model):
            return function(model, *args, **kwargs)

    return wrapper


@torch.no_grad()
@in_eval_mode
def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or len(labels) != len(images):
        raise ValueError("images, attacked images and labels do not fit together")
    was_right = model(images).argmax(dim=1) == labels
    is_right = model(adversarial).argmax(dim=1) == labels
    if was_right.sum() == 0:
        return 0.0
    return 1 - is_right[was_right].float().mean().item()


@torch.enable_grad()
@in_eval_mode
def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.clone().requires_grad_()
    (g,) = torch.autograd.grad(F.cross_entropy(model(x), labels), x)
    return (images + epsilon * g.sign()).clamp(0, 1).detach()
