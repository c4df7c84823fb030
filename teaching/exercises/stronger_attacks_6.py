"""A random search on the images that PGD left."""

from course.data import load
from course.metrics import predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.pgd import pgd
from solutions.random_search import random_search

data = load("digits")
few = data.test[:300]
model = build("strided-cnn", seed=0)
fit(model, data.train.images, data.train.labels, plain_recipe(10))
for steps in (2, 20):
    size = max(2.5 * 0.1 / steps, 0.0125) if steps > 2 else 0.05
    moved = pgd(model, few.images, few.labels, 0.1, step_size=size, steps=steps)
    left = few[predict(model, moved).argmax(dim=1) == few.labels]
    searched = random_search(model, left.images, left.labels, 0.1, queries=200)
    found = int((predict(model, searched).argmax(dim=1) != left.labels).sum())
    print(f"PGD with {steps} steps leaves {len(left)} of 300; the search breaks {found} of these")
