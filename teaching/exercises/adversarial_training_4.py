"""Clean and robust accuracy against the epsilon of training."""

from course.data import load
from course.metrics import accuracy
from course.models import build
from solutions.adversarial_training import adversarial_train
from solutions.pgd import pgd

data = load("digits")
few = data.test[:200]
print("trained at   clean   PGD at 0.05    0.1    0.2")
for epsilon in (0.05, 0.1, 0.2):
    model = build("strided-cnn", seed=0)
    adversarial_train(model, data.train.images, data.train.labels, epsilon=epsilon, epochs=15)
    clean = 100 * accuracy(model, data.test.images, data.test.labels)
    row = []
    for test in (0.05, 0.1, 0.2):
        moved = pgd(model, few.images, few.labels, test, step_size=test / 8, steps=20)
        row.append(100 * accuracy(model, moved, few.labels))
    print(f"{epsilon:10}   {clean:5.1f}   {row[0]:11.1f}  {row[1]:5.1f}  {row[2]:5.1f}")
