"""A script, not a notebook: batches, a detour through NumPy, a progress bar.

loses: fgsm_refuses_what_makes_no_sense, success_rate_refuses_what_makes_no_sense,
       curve_refuses_what_makes_no_sense
saved as: script
"""

# %%
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Práctica 3. Autora: Daniela Núñez."""

import numpy as np
import torch
import torch.nn as nn
from tqdm import tqdm

BATCH = 32
criterion = nn.CrossEntropyLoss(reduction="sum")


# %%
def batches(*tensors):
    for start in tqdm(range(0, len(tensors[0]), BATCH)):
        yield [t[start : start + BATCH] for t in tensors]


def predictions(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        found = [model(x).argmax(dim=1).numpy() for (x,) in batches(images)]
    model.train(was_training)
    return np.concatenate(found)


# %% fgsm
def fgsm(model, images, labels, epsilon):
    was_training = model.training
    model.eval()
    parts = []
    for x, y in batches(images, labels):
        x = x.clone().requires_grad_(True)
        gradient = torch.autograd.grad(criterion(model(x), y), x)[0].numpy()
        original = x.detach().numpy()
        attacked = np.clip(original + epsilon * np.sign(gradient), 0.0, 1.0)
        parts.append(attacked.astype(np.float32))
    model.train(was_training)
    return torch.from_numpy(np.concatenate(parts))


# %% attack_success_rate
def attack_success_rate(model, images, adversarial, labels):
    labels = labels.numpy()
    right = predictions(model, images) == labels
    if not right.any():
        return 0.0
    return float(np.mean(predictions(model, adversarial)[right] != labels[right]))


# %% robustness_curve
def robustness_curve(model, images, labels, epsilons):
    curve = np.zeros(len(epsilons))
    for i, epsilon in enumerate(epsilons):
        attacked = fgsm(model, images, labels, epsilon)
        curve[i] = (predictions(model, attacked) == labels.numpy()).mean()
    return curve.tolist()


# %%
if __name__ == "__main__":
    from course.data import load
    from course.models import build

    test = load("digits").test
    print(robustness_curve(build("tiny-cnn"), test.images, test.labels, [0.0, 0.1]))
