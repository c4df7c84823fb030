"""FGSM and random signs, with 95% intervals: from which epsilon on are they apart?"""

from course.data import load
from course.metrics import predict, wilson_interval
from course.models import build
from course.training import fit, plain_recipe
from solutions.fgsm import fgsm
from solutions.random_search import sign_noise

data = load("digits")
images, labels = data.test.images, data.test.labels
model = build("tiny-cnn", seed=0)
fit(model, data.train.images, data.train.labels, plain_recipe(10))


def interval(attacked):
    right = int((predict(model, attacked).argmax(dim=1) == labels).sum())
    return [100 * end for end in wilson_interval(right, len(labels))]


for epsilon in (0.005, 0.01, 0.02, 0.03, 0.04, 0.06):
    fast = interval(fgsm(model, images, labels, epsilon))
    noise = interval(sign_noise(model, images, labels, epsilon, seed=0))
    apart = "apart" if fast[1] < noise[0] else "overlap"
    ends = "FGSM {:.1f} to {:.1f}, noise {:.1f} to {:.1f}".format(*fast, *noise)
    print(f"{epsilon}: {ends}: {apart}")
