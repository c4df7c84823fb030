"""A decorator checks arguments by their annotations, which are types, not texts."""
import functools
import inspect


def checked(function):
    kinds = {
        name: parameter.annotation
        for name, parameter in inspect.signature(function).parameters.items()
        if isinstance(parameter.annotation, type)
    }
    assert kinds, "annotations are no types"

    @functools.wraps(function)
    def inner(model, images, labels, epsilon):
        for name, value in (("images", images), ("labels", labels)):
            if not isinstance(value, kinds[name]):
                raise TypeError(name)
        return function(model, images, labels, epsilon)

    return inner


@checked
def fgsm(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float):
    check_attack(images, labels, epsilon)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
