"""Training on intervals at two epsilons: what happens to clean accuracy?"""

from course.data import load
from course.metrics import accuracy
from solutions.certificates import interval_margins
from solutions.figures.measured.certificates import small_network, train_certified

data = load("digits")
few = data.test[:100]
for epsilon in (0.05, 0.1, 0.2):
    model = small_network(seed=0)
    train_certified(model, data.train, epsilon, 30)
    clean = 100 * accuracy(model, data.test.images, data.test.labels)
    margins = interval_margins(model, few.images, few.labels, epsilon)
    sure = int((margins.flatten(1).min(dim=1).values > 0).sum())
    print(f"epsilon {epsilon}: {clean:.1f}% clean, {sure} of 100 certified at this epsilon")
