"""A detector on one statistic of one layer, and an attack with the detector in its loss."""

import torch
import torch.nn.functional as F

from course.attacks import project
from course.data import load
from course.metrics import predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.pgd import pgd

EPSILON = 0.1
data = load("digits")
few = data.test[:100]
model = build("strided-cnn", seed=0)
fit(model, data.train.images, data.train.labels, plain_recipe(10))


def zeros(images):
    """The share of zeros that relu1 puts out, for each image: what a monitor would record."""
    return (model.conv1(images) <= 0).flatten(1).float().mean(dim=1)


def soft_zeros(images):
    """Nearly the same, with a gradient."""
    return torch.sigmoid(-model.conv1(images) / 0.01).flatten(1).mean(dim=1)


low, high = zeros(data.train.images).quantile(torch.tensor([0.005, 0.995]))
middle = (low + high) / 2


def quiet_attack(weight):
    x = few.images.clone()
    for _ in range(60):
        x.requires_grad_()
        loss = F.cross_entropy(model(x), few.labels, reduction="none").clamp(max=5)
        alarm = F.relu((soft_zeros(x) - middle).abs() - 0.8 * (high - middle))
        (gradient,) = torch.autograd.grad((loss - weight * alarm).sum(), x)
        x = project(few.images, (x + 0.01 * gradient.sign()).detach(), EPSILON)
    return x


plain = pgd(model, few.images, few.labels, EPSILON, step_size=0.0125, steps=40)
for name, x in (("no attack", few.images), ("PGD", plain), ("PGD, quiet", quiet_attack(300.0))):
    seen = (zeros(x) < low) | (zeros(x) > high)
    wrong = predict(model, x).argmax(dim=1) != few.labels
    unseen = int((wrong & ~seen).sum())
    print(f"{name}: alarm on {int(seen.sum())} of 100, misread and unseen {unseen}")
