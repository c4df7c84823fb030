"""Logits times 10,000, under PGD with two losses: which symptoms show?"""

from course.data import load
from course.defences import ScaledLogits
from course.metrics import accuracy
from course.models import build
from course.training import fit, plain_recipe
from solutions.fgsm import fgsm
from solutions.pgd import margin_loss, pgd
from solutions.random_search import random_search

data = load("digits")
few = data.test[:200]
model = build("tiny-cnn", seed=0)
fit(model, data.train.images, data.train.labels, plain_recipe(10))
scaled = ScaledLogits(model, 10_000)
steps = {"step_size": 0.0125, "steps": 20}
x, y = few.images, few.labels
attacked = {
    "FGSM": fgsm(scaled, x, y, 0.1),
    "PGD, cross-entropy": pgd(scaled, x, y, 0.1, **steps),
    "PGD, margin": pgd(scaled, x, y, 0.1, loss=margin_loss, **steps),
    "random search": random_search(scaled, x, y, 0.1, queries=100),
    "PGD, cross-entropy, epsilon 0.5": pgd(scaled, x, y, 0.5, step_size=0.1, steps=20),
}
for name, moved in attacked.items():
    print(f"{name}: {100 * accuracy(scaled, moved, y):.1f}%")
