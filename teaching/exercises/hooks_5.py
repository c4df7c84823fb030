"""The cascade for FGSM and PGD at one epsilon."""

from course.data import load
from course.models import build
from course.training import fit, plain_recipe
from solutions.fgsm import fgsm
from solutions.hooks import activation_drift
from solutions.pgd import pgd

data = load("digits")
few = data.test[:200]
model = build("strided-cnn", seed=0)
fit(model, data.train.images, data.train.labels, plain_recipe(10))
fast = fgsm(model, few.images, few.labels, 0.1)
slow = pgd(model, few.images, few.labels, 0.1, step_size=0.0125, steps=20)
drifts = [activation_drift(model, few.images, attacked) for attacked in (fast, slow)]
print("layer      FGSM    PGD")
for layer in drifts[0]:
    print(f"{layer:8s} {100 * drifts[0][layer]:5.0f}% {100 * drifts[1][layer]:5.0f}%")
