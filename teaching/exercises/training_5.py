"""One row of the lecture's table on another data set: batches of 64 and of 256, ten seeds each."""

from statistics import mean, stdev

from course.data import load
from course.metrics import accuracy
from course.models import build
from course.training import Recipe, fit

data = load("digits")
for batch_size in (64, 256):
    found = []
    for seed in range(10):
        model = build("strided-cnn", seed=seed)
        recipe = Recipe(epochs=5, batch_size=batch_size, seed=seed)
        fit(model, data.train.images, data.train.labels, recipe)
        found.append(100 * accuracy(model, data.test.images, data.test.labels))
    print(f"batches of {batch_size}: mean {mean(found):.1f}%, deviation {stdev(found):.1f}")
