"""Losses are registered by a decorator that takes their name."""
LOSSES = {}


def named(name):
    def keep(function):
        LOSSES[name] = function
        return function

    return keep


@named("cross entropy")
def _summed(logits, labels):
    return F.cross_entropy(logits, labels, reduction="sum")


@named("nothing")
def _zero(logits, labels):
    return 0 * logits.sum()


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.detach().clone().requires_grad_()
    with evaluating(model):
        (slope,) = torch.autograd.grad(LOSSES["cross entropy"](model(x), labels), x)
    return (images + epsilon * slope.sign()).clamp(0, 1)
