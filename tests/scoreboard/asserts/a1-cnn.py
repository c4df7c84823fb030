# %% given setup
import torch
import torch.nn.functional as F
from torch import nn

from course import metrics, models
from course.data import load

data = load("digits")
test = data.test[:300]
# %% answer cnn
# %% answer train
# %% answer accuracy
# %% test cnn-shapes 3
network = CNN()
assert isinstance(network, nn.Module)
for count in (1, 9):
    assert network(test.images[:count]).shape == (count, 10), "ten logits for each image"
### BEGIN HIDDEN TESTS
shapes = sorted(tuple(weight.shape) for weight in network.parameters())
asked = models.build("tiny-cnn", seed=0)
assert shapes == sorted(tuple(weight.shape) for weight in asked.parameters())
### END HIDDEN TESTS
# %% test cnn-logits 5
### BEGIN HIDDEN TESTS
network = CNN()
asked = models.build("tiny-cnn", seed=0)
by_shape = {tuple(weight.shape): weight.detach() for weight in network.parameters()}
with torch.no_grad():
    for weight in asked.parameters():
        weight.copy_(by_shape[tuple(weight.shape)])
    images = test.images[:9]
    assert torch.allclose(network.eval()(images), asked.eval()(images), atol=1e-3)
### END HIDDEN TESTS
# %% test train-learns 4
model = models.build("tiny-cnn", seed=3)
losses = train(model, data.train.images, data.train.labels, epochs=6)
assert len(losses) == 6, "one loss for each epoch"
### BEGIN HIDDEN TESTS
order = torch.randperm(10, generator=torch.Generator().manual_seed(5))  # the classes renamed
model = models.build("tiny-cnn", seed=4)
losses = train(model, data.train.images, order[data.train.labels], epochs=6)
assert all(isinstance(loss, float) for loss in losses)
assert metrics.accuracy(model, test.images, order[test.labels]) >= 0.85
### END HIDDEN TESTS
# %% test train-loss 2
### BEGIN HIDDEN TESTS
model = models.build("tiny-cnn", seed=5)
few = data.train[:50]
right = F.cross_entropy(metrics.predict(model, few.images), few.labels).item()
(found,) = train(model, few.images, few.labels, epochs=1, batch_size=50)
assert abs(found - right) <= 0.02 * right, "the mean loss over the images"
assert metrics.accuracy(model, few.images, few.labels) > 0.1
### END HIDDEN TESTS
# %% test train-seed 1
### BEGIN HIDDEN TESTS
runs = []
for seed in (1, 2):
    torch.manual_seed(seed)
    model = models.build("tiny-cnn", seed=6)
    before = torch.cat([weight.detach().flatten() for weight in model.parameters()])
    train(model, data.train.images[:200], data.train.labels[:200], epochs=1, seed=7)
    runs.append(torch.cat([weight.detach().flatten() for weight in model.parameters()]))
assert torch.equal(*runs), "the same seed gives the same weights"
assert not torch.equal(before, runs[0]), "nothing was trained"
### END HIDDEN TESTS
# %% test accuracy-counts 4
model = models.build("tiny-cnn", seed=7)
with torch.no_grad():
    labels = model(test.images).argmax(dim=1)
### BEGIN HIDDEN TESTS
labels[:200] = (labels[:200] + 1) % 10
found = accuracy(model, test.images, labels)
assert isinstance(found, float), "return a float"
assert abs(found - 1 / 3) <= 1e-5, "the fraction that is right"
### END HIDDEN TESTS
# %% test accuracy-mode 1
### BEGIN HIDDEN TESTS
model = models.build("simple-cnn", seed=8)
labels = metrics.predict(model, test.images).argmax(dim=1)
labels[:150] = (labels[:150] + 1) % 10
model.train()
assert abs(accuracy(model, test.images, labels) - 0.5) <= 1e-5, "dropout must be off"
### END HIDDEN TESTS
