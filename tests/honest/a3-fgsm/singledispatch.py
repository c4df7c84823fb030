"""Epsilon is read by a function that is chosen by its type."""
from functools import singledispatch


@singledispatch
def number(value):
    raise TypeError(f"{value!r} is no number")


@number.register(int)
@number.register(float)
def _(value):
    return float(value)


@number.register
def _(value: Tensor):
    return value.item()


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    step = number(epsilon) * loss_gradient(model, images, labels).sign()
    return (images + step).clamp(0, 1)
