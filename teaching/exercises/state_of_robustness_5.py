"""The ensemble on an adversarially trained network: which member breaks the last image?"""

from course.data import load
from course.models import build
from solutions.adversarial_training import adversarial_train
from solutions.ensemble import ensemble

data = load("digits")
few = data.test[:64]
model = build("strided-cnn", seed=0)
adversarial_train(model, data.train.images, data.train.labels, epsilon=0.1, epochs=10)
left = ensemble(model, few.images, few.labels, 0.1).left
for name, share in left.items():
    print(f"{name}: {64 * share:.0f} of 64 left")
