# %% given setup
import torch
import torch.nn.functional as F

from course import metrics, models
from course.data import load

data = load("digits")
epsilon = 0.1
model = models.build("strided-cnn", seed=3)
# %% answer adversarial_train
# %% test robust 12
losses = adversarial_train(model, data.train.images, data.train.labels, epsilon=epsilon, epochs=12)
assert len(losses) == 12, "one loss for each epoch"
### BEGIN HIDDEN TESTS
test = data.test[:300]


def attacked(network, images, labels):
    x = images.clone()
    for _ in range(20):
        x.requires_grad_()
        (gradient,) = torch.autograd.grad(F.cross_entropy(network(x), labels), x)
        moved = x.detach() + epsilon / 5 * gradient.sign()
        x = moved.clamp(images - epsilon, images + epsilon).clamp(0, 1)
    return x


model.eval()
robust = metrics.accuracy(model, attacked(model, test.images, test.labels), test.labels)
assert robust >= 0.65, "not robust"
### END HIDDEN TESTS
# %% test accurate 5
### BEGIN HIDDEN TESTS
assert metrics.accuracy(model, test.images, test.labels) >= 0.85, "not accurate on clean images"
assert robust >= 0.65
### END HIDDEN TESTS
# %% test seed 3
### BEGIN HIDDEN TESTS
assert robust >= 0.65
runs = []
for seed in (1, 2):
    torch.manual_seed(seed)
    small = models.build("strided-cnn", seed=6)
    few = data.train[:150]
    adversarial_train(small, few.images, few.labels, epsilon=epsilon, epochs=1, seed=7)
    runs.append(torch.cat([weight.detach().flatten() for weight in small.parameters()]))
assert torch.equal(*runs), "the same seed gives the same weights"
### END HIDDEN TESTS
