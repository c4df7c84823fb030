"""Dead units of conv2, with the usual learning rate and with ten times as much."""

from course.data import load
from course.metrics import accuracy
from course.models import build
from course.monitor import record
from course.training import Recipe, fit

data = load("digits")
for rate in (0.005, 0.05):
    model = build("tiny-cnn", seed=0)
    recipe = Recipe(epochs=10, batch_size=64, learning_rate=rate)
    fit(model, data.train.images, data.train.labels, recipe)
    with record(model, ["relu2"]) as outputs:
        model(data.test.images)
    dead = (outputs["relu2"] == 0).all(dim=0)
    right = 100 * accuracy(model, data.test.images, data.test.labels)
    maps = dead.flatten(1).all(dim=1).sum()
    print(
        f"rate {rate}: {dead.sum()} of {dead.numel()} units dead, {maps} whole maps, {right:.1f}%"
    )
