"""Logits times 1,000: FGSM on the cross-entropy, and an attack that is repaired."""

import torch

from course.data import load
from course.defences import ScaledLogits
from course.metrics import accuracy
from course.models import build
from course.training import fit, plain_recipe
from solutions.fgsm import fgsm
from solutions.pgd import margin_loss

data = load("digits")
images, labels = data.test.images, data.test.labels
model = build("strided-cnn", seed=0)
fit(model, data.train.images, data.train.labels, plain_recipe(10))
scaled = ScaledLogits(model, 1000)


def fgsm_on_the_margin(network, epsilon):
    x = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(margin_loss(network(x), labels).sum(), x)
    return (images + epsilon * gradient.sign()).clamp(0, 1)


attacked = {
    "plain, FGSM": (model, fgsm(model, images, labels, 0.1)),
    "scaled, FGSM": (scaled, fgsm(scaled, images, labels, 0.1)),
    "scaled, FGSM on the margin": (scaled, fgsm_on_the_margin(scaled, 0.1)),
}
for name, (network, moved) in attacked.items():
    print(f"{name}: {100 * accuracy(network, moved, labels):.1f}%")
