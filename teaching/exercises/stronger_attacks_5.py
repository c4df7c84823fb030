"""Accuracy against restarts, for a plain and an adversarially trained network."""

import torch

from course.data import load
from course.metrics import predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.adversarial_training import adversarial_train
from solutions.pgd import pgd

data = load("digits")
few = data.test[:200]
plain, robust = build("strided-cnn", seed=0), build("strided-cnn", seed=0)
fit(plain, data.train.images, data.train.labels, plain_recipe(10))
adversarial_train(robust, data.train.images, data.train.labels, epsilon=0.1, epochs=10)
for name, model in (("plain", plain), ("robust", robust)):
    standing = predict(model, few.images).argmax(dim=1) == few.labels
    left = []
    for start in range(6):
        generator = torch.Generator().manual_seed(start)
        moved = pgd(
            model, few.images, few.labels, 0.1, step_size=0.06, steps=4, generator=generator
        )
        standing &= predict(model, moved).argmax(dim=1) == few.labels
        left.append(f"{100 * standing.float().mean():.1f}")
    print(f"{name}: {', '.join(left)}")
