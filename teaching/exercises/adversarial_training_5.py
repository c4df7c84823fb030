"""Catastrophic overfitting, provoked: FGSM training at a large epsilon, epoch by epoch."""

from course.data import load
from course.metrics import accuracy
from course.models import build
from course.training import Recipe, fit
from solutions.fgsm import fgsm
from solutions.pgd import pgd

EPSILON = 0.3
data = load("digits")
few = data.test[:200]
model = build("tiny-cnn", seed=0)


def attack(model, images, labels, _progress):
    return fgsm(model, images, labels, EPSILON)


print("epoch   FGSM    PGD")
for epoch in range(1, 21):
    recipe = Recipe(epochs=1, batch_size=64, learning_rate=0.003, schedule="constant", seed=epoch)
    fit(model, data.train.images, data.train.labels, recipe, perturb=attack)
    fast = fgsm(model, few.images, few.labels, EPSILON)
    slow = pgd(model, few.images, few.labels, EPSILON, step_size=EPSILON / 8, steps=20)
    left = [100 * accuracy(model, x, few.labels) for x in (fast, slow)]
    if epoch % 2 == 0:
        print(f"{epoch:5d} {left[0]:5.0f}% {left[1]:5.0f}%")
