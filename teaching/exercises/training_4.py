"""Five seeds of one network: clean accuracy, and accuracy under FGSM."""

from course.data import load
from course.metrics import accuracy
from course.models import build
from course.training import fit, plain_recipe
from solutions.fgsm import fgsm

data = load("digits")
images, labels = data.test.images, data.test.labels
clean, attacked = [], []
for seed in range(5):
    model = build("tiny-cnn", seed=seed)
    fit(model, data.train.images, data.train.labels, plain_recipe(10, seed=seed))
    clean.append(100 * accuracy(model, images, labels))
    attacked.append(100 * accuracy(model, fgsm(model, images, labels, 0.05), labels))
for name, found in (("clean", clean), ("FGSM, 0.05", attacked)):
    print(f"{name}: mean {sum(found) / 5:.1f}%, from {min(found):.1f} to {max(found):.1f}%")
