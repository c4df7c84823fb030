"""A whole answer of somebody who had not seen the checks (percent script).

whole: yes
"""

# %% [markdown]
# # Assignment 3

# %%
import math
from collections.abc import Sequence
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from course.inputs import check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, predict
import numpy as np
from course.data import load
from course.models import build
from course.training import fit, plain_recipe
import matplotlib.pyplot as plt

def check_attack(images, labels, epsilon, *, largest=1.0):
    if not (epsilon >= 0 and math.isfinite(epsilon)):
        raise ValueError(f"epsilon must be a number >= 0 in pixel units, got {epsilon}")
    if labels.shape != images.shape[:1]:
        raise ValueError("labels")
    check_images(images)
    check_labels(images, labels)
    check_size(epsilon, largest=largest)

# %%
data = load("digits")
victim = build("strided-cnn", seed=0)
fit(victim, data.train.images[:300], data.train.labels[:300], plain_recipe(1))

# %%
def loss_gradient(model: "nn.Module", images: "Tensor", labels: "Tensor") -> "Tensor":
    was = {name: m.training for name, m in model.named_modules()}
    try:
        for m in model.modules():
            m.training = False
        with torch.enable_grad():
            x = images.detach().to(memory_format=torch.channels_last).clone().requires_grad_()
            per_image = F.cross_entropy(model(x), labels, reduction="none")
            return torch.autograd.grad(per_image, x, torch.ones_like(per_image))[0].contiguous()
    finally:
        for name, m in model.named_modules():
            m.training = was[name]

def fgsm(model, images, labels, epsilon):
    """FGSM."""
    check_attack(images, labels, epsilon)
    lower, upper = (images - epsilon).clamp(min=0), (images + epsilon).clamp(max=1)
    g = loss_gradient(model, images, labels)
    return torch.where(g > 0, upper, torch.where(g < 0, lower, images)).detach()

def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or labels.shape != images.shape[:1]:
        raise ValueError("shapes")
    with evaluating(model), torch.no_grad():
        before = model(images).argmax(1) == labels
        after = model(adversarial).argmax(1) != labels
    if not before.any():
        return 0.0
    return int((before & after).sum()) / int(before.sum())

# %%
fig, ax = plt.subplots()
def robustness_curve(model, images, labels, epsilons):
    epsilons = tuple(epsilons)
    for e in epsilons:
        check_attack(images, labels, e)
    sign = loss_gradient(model, images, labels).sign()
    table = {}
    for e in sorted(set(epsilons)):       # each distinct epsilon once
        table[e] = accuracy(model, images.add(sign, alpha=e).clamp(0, 1), labels)
    ax.plot(list(table), list(table.values()))
    return [table[e] for e in epsilons]

print(robustness_curve(victim, data.test.images[:100], data.test.labels[:100], [0.2, 0.0, 0.1]))
plt.show()
