"""Interval bounds of a trained tiny-cnn: from which epsilon on is nothing certified?"""

from course.data import load
from course.models import build
from course.training import fit, plain_recipe
from solutions.certificates import box, interval_bounds

data = load("digits")
few = data.test[:100]
model = build("tiny-cnn", seed=0)
fit(model, data.train.images, data.train.labels, plain_recipe(10))
for epsilon in (0.001, 0.002, 0.005, 0.01, 0.02):
    low, high = interval_bounds(model, *box(few.images, epsilon))
    true = low.gather(1, few.labels[:, None]).squeeze(1)
    others = high.scatter(1, few.labels[:, None], -float("inf")).max(dim=1).values
    print(f"{epsilon}: {int((true > others).sum())} of 100 certified")
