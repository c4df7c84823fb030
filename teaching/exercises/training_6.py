"""Confidence against accuracy in ten groups, clean and under FGSM."""

from course.data import load
from course.metrics import confidence, predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.fgsm import fgsm

data = load("digits")
images, labels = data.test.images, data.test.labels
model = build("strided-cnn", seed=0)
fit(model, data.train.images, data.train.labels, plain_recipe(10))
for name, x in (("clean", images), ("FGSM, 0.1", fgsm(model, images, labels, 0.1))):
    sure = confidence(model, x)
    right = predict(model, x).argmax(dim=1) == labels
    print(name)
    for tenth in range(10):
        group = (sure * 10).clamp(max=9.99).int() == tenth
        if group.sum() >= 10:  # a share of fewer images says little
            shown = (
                f"{100 * sure[group].mean():.0f}% sure, {100 * right[group].float().mean():.0f}%"
            )
            print(f"  {group.sum():3d} images: {shown} right")
