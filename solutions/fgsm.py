"""Assignment 3: the fast gradient sign method, what share it fools, and accuracy against epsilon.

One gradient step is the smallest attack there is; `solutions.pgd` repeats it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.inputs import check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, logits_of, predict


def check_attack(images: Tensor, labels: Tensor, epsilon: float, *, largest: float = 1.0) -> None:
    """Raise ValueError, saying what is wrong, unless these are arguments an attack can use.

    images (n, C, H, W), float32 in [0, 1]; labels (n,), classes from 0 on; epsilon a finite number
    >= 0 in pixel units, and at most `largest`, the size that takes any image to any other: 1 for
    the change of one pixel. An epsilon of 8, or images from 0 to 255, would allow any change.
    """
    check_images(images)
    check_labels(images, labels)
    check_size(epsilon, largest=largest)


# --8<-- [start:attack]
def loss_gradient(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return the gradient of the cross-entropy with respect to the images, same shape.

    The loss is summed over the batch: an image's loss depends on that image alone, so one
    backward pass gives every image its own gradient, whatever the batch size. `autograd.grad`
    asks for the images only, so the parameters' `.grad` are left as they were. Gradients are on
    in here, even where the caller has switched them off: `inference_mode(False)` does both.

    images (n, C, H, W) in [0, 1]; labels (n,). In nats per pixel unit. The model runs in
    evaluation mode, and its modes are put back. Raises ValueError for labels that are no classes
    of the model, and as `logits_of` does; CourseError where logits or gradient are NaN.
    """
    with evaluating(model), torch.inference_mode(False):
        x = images.detach().clone().requires_grad_()
        loss = F.cross_entropy(logits_of(model, x, labels), labels.long().clone(), reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
    return gradient


def fgsm(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Return images moved one step of size epsilon up the sign of the loss gradient.

    To first order, L(x + d) = L(x) + g.d with g the gradient of the loss. Among all d with
    max|d_i| <= epsilon, the sum g.d is largest when each d_i takes its full size and the sign of
    g_i, which gives

        x_adv = clamp(x + epsilon * sign(g), 0, 1)

    (Goodfellow et al. 2015, section 4). For a linear model the first order is all there is, and
    this is the best possible attack. sign(0) = 0: a pixel that does not matter stays
    as it is.

    images (n, C, H, W) in [0, 1]; labels (n,), the true classes; epsilon >= 0 in pixel units,
    e.g. 8/255. The result is detached, in [0, 1], and at most epsilon away from the images, which
    are not changed; the model is left as it was.
    Raises ValueError for a negative or non-finite epsilon, labels of another shape, and images or
    an epsilon in other units; CourseError where the network or its gradient is NaN.
    """
    check_attack(images, labels, epsilon)
    gradient = loss_gradient(model, images, labels)
    return (images.detach() + float(epsilon) * gradient.sign()).clamp(0, 1)


# --8<-- [end:attack]


def attack_success_rate(
    model: nn.Module, images: Tensor, adversarial: Tensor, labels: Tensor
) -> float:
    """Return the fraction of the correctly classified images that the attack turned wrong.

    An image that was wrong before cannot be fooled, so it is left out of both counts: this is
    not 1 - accuracy. If no image was classified correctly, there was nothing to fool, and the
    rate is 0.0.

    images and adversarial (n, C, H, W) in [0, 1], in the same order; labels (n,).
    Raises ValueError when the shapes differ or pixels are not in [0, 1], CourseError when there are
    no images or the network answers NaN: that fools nobody.
    """
    if images.shape != adversarial.shape or labels.shape != images.shape[:1]:
        raise ValueError(
            "images and adversarial must have the same shape and labels one class per image, got "
            f"{tuple(images.shape)}, {tuple(adversarial.shape)} and {tuple(labels.shape)}"
        )
    check_images(images)
    check_images(adversarial, "adversarial")
    logits = predict(model, images)
    check_labels(images, labels, logits.shape[1])
    right_before = logits.argmax(dim=1) == labels
    wrong_after = predict(model, adversarial).argmax(dim=1) != labels
    if not right_before.any():
        return 0.0
    return int((right_before & wrong_after).sum()) / int(right_before.sum())


def robustness_curve(
    model: nn.Module, images: Tensor, labels: Tensor, epsilons: Sequence[float]
) -> list[float]:
    """Return the accuracy under FGSM at each epsilon, in the order given.

    FGSM takes its gradient at the clean images, whatever epsilon is. One gradient therefore
    serves the whole curve, and each further point costs a forward pass.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilons >= 0 in pixel units. At epsilon 0 the
    point is the clean accuracy. Raises ValueError as `fgsm` does.
    """
    epsilons = list(epsilons)
    for epsilon in epsilons:
        check_attack(images, labels, epsilon)
    direction = loss_gradient(model, images, labels).sign()
    return [
        accuracy(model, (images + float(epsilon) * direction).clamp(0, 1), labels)
        for epsilon in epsilons
    ]
