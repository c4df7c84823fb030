# %% given setup
import math
from statistics import NormalDist

import torch
import torch.nn.functional as F
from scipy.special import betaincinv
from torch import nn

from course import defences, metrics, models, training, saving
from course.data import load

data = load("digits")
test = data.test[:96]
victim, _ = saving.load("victim.safetensors")
epsilon = 0.1
mean, std = [0.3], [0.2]


class FromNormalised(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, z):
        return self.model(mean[0] + std[0] * z)


# %% answer to_pixel_epsilon
# %% answer evaluate
# %% answer break_defense
# %% answer certified_radius
# %% test unit 2
assert math.isclose(to_pixel_epsilon(0.5, 0.3), 0.15)
### BEGIN HIDDEN TESTS
for value, stds in ((0.3, [0.21, 0.19, 0.4]), (1.7, [0.1, 0.35, 0.2]), (0.04, [0.6, 0.3])):
    assert math.isclose(to_pixel_epsilon(value, stds), value * max(stds)), (value, stds)
### END HIDDEN TESTS
# %% test unit-refuses 1
### BEGIN HIDDEN TESTS
assert math.isclose(to_pixel_epsilon(0.2, [0.3, 0.7]), 0.14)
for value, stds in (
    (-0.1, 0.3),
    (0.1, [0.3, 0.0]),
    (0.1, -0.3),
    (math.nan, 0.3),
    (0.1, [math.inf]),
):
    try:
        to_pixel_epsilon(value, stds)
    except ValueError:
        continue
    raise AssertionError(f"no ValueError for {value} and {stds}")
### END HIDDEN TESTS
# %% test evaluate-linear 3
### BEGIN HIDDEN TESTS
linear = models.build("linear", seed=1)
recipe = training.Recipe(epochs=4, batch_size=64)
training.fit(linear, data.train.images, data.train.labels, recipe, progress=False)
many = data.test[:200]
labels = many.labels.clone()
labels[::7] = (labels[::7] + 1) % 10


def known(size):
    weight, bias = (value.detach() for value in linear.parameters())
    low, high = ((many.images + sign * size).clamp(0, 1).flatten(1) for sign in (-1, 1))
    apart = weight[None] - weight[labels][:, None]
    lead = (apart.clamp(min=0) * high[:, None] + apart.clamp(max=0) * low[:, None]).sum(dim=2)
    lead = lead + bias - bias[labels][:, None]
    lead[torch.arange(len(labels)), labels] = -1.0
    return (lead < 0).all(dim=1).double().mean().item()


for size in (0.02, 0.04):
    found = evaluate(FromNormalised(linear), many.images.clone(), labels, size, mean, std)
    assert isinstance(found, float), "a Python float"
    assert abs(found - known(size)) <= 0.0125, "the accuracy that is known exactly"
### END HIDDEN TESTS
# %% test evaluate-trained 2
### BEGIN HIDDEN TESTS


def margin(logits, labels):
    others = logits.scatter(1, labels[:, None], -math.inf)
    return others.amax(dim=1) - logits.gather(1, labels[:, None]).squeeze(1)


def climbed(model, images, labels, size):
    x = images.clone()
    for _ in range(20):
        x.requires_grad_()
        (gradient,) = torch.autograd.grad(margin(model(x), labels).sum(), x)
        moved = x.detach() + size / 8 * gradient.sign()
        x = moved.clamp(images - size, images + size).clamp(0, 1)
    return x


left = metrics.accuracy(victim, climbed(victim, test.images, test.labels, 0.07), test.labels)
wrapped = FromNormalised(victim)
found = evaluate(wrapped, test.images.clone(), test.labels.clone(), 0.07, mean, std)
assert abs(found - left) <= 4.5 / 96, "what a good attack leaves"
### END HIDDEN TESTS
# %% test evaluate-scaled 2
### BEGIN HIDDEN TESTS
blinding = FromNormalised(defences.ScaledLogits(victim, 1e4))
found = evaluate(blinding, test.images.clone(), test.labels.clone(), 0.07, mean, std)
assert abs(found - left) <= 4.5 / 96, "large logits make no network robust"
### END HIDDEN TESTS
# %% test evaluate-modes 1
### BEGIN HIDDEN TESTS
untrained = models.build("fast-cnn", seed=2)
few = test.images[:32]
untrained.eval()
with torch.no_grad():
    classes = untrained((few - mean[0]) / std[0]).topk(2).indices
labels = torch.where(torch.arange(32) % 2 == 0, classes[:, 0], classes[:, 1])
untrained.train()
assert evaluate(untrained, few.clone(), labels, 0.0, mean, std) == 0.5, "in eval mode"
assert all(module.training for module in untrained.modules()), "left as it was"
assert all(weight.grad is None for weight in untrained.parameters()), "no gradients left"
### END HIDDEN TESTS
# %% test break-budget 1
small = data.test[100:164]
rounding, scaled = defences.Quantised(victim, 6), defences.ScaledLogits(victim, 3e4)
broken = {}
for name, defense in (("rounding", rounding), ("scaled", scaled)):
    broken[name] = break_defense(defense, small.images.clone(), small.labels.clone(), epsilon)
    assert broken[name].shape == small.images.shape, "one image for each image"
    assert broken[name].dtype == torch.float32, "keep the dtype of the images"
### BEGIN HIDDEN TESTS
shares = {}
for name, images in broken.items():
    assert torch.isfinite(images).all(), "finite pixels"
    assert 0 <= images.min() and images.max() <= 1, "pixels in [0, 1]"
    assert (images - small.images).abs().max() <= epsilon + 1e-6, "within epsilon"
    defense = rounding if name == "rounding" else scaled
    shares[name] = 1 - metrics.accuracy(defense, images, small.labels)
assert max(shares.values()) > 0.3, "neither is broken"
### END HIDDEN TESTS
# %% test break-rounding 3
### BEGIN HIDDEN TESTS


def share(name, defense):
    inside = broken[name].clamp(small.images - epsilon, small.images + epsilon).clamp(0, 1)
    return 1 - metrics.accuracy(defense, inside, small.labels)


best = climbed(victim, small.images, small.labels, epsilon)
target = 1 - metrics.accuracy(victim, best, small.labels)
assert target > 0.4
assert share("rounding", rounding) >= 0.8 * target, "rounding still stands"
### END HIDDEN TESTS
# %% test break-scaled 2
### BEGIN HIDDEN TESTS
assert share("scaled", scaled) >= 0.8 * target, "large logits still stand"
### END HIDDEN TESTS
# %% test radius 2
### BEGIN HIDDEN TESTS
ballots = [(870, 1000, 0.25, 0.001), (3500, 5000, 0.5, 0.05), (400, 400, 0.3, 0.01)]
for count, samples, sigma, alpha in ballots:
    lower = betaincinv(count, samples - count + 1, alpha)
    found = certified_radius(count, samples, sigma, alpha)
    assert math.isclose(found, sigma * NormalDist().inv_cdf(lower), rel_tol=1e-6), (count, samples)
### END HIDDEN TESTS
# %% test radius-abstains 1
### BEGIN HIDDEN TESTS
assert certified_radius(870, 1000, 0.25) > 0
for count, samples in ((520, 1000), (500, 1000), (6, 10), (0, 50)):
    assert certified_radius(count, samples, 0.25) == 0.0, (count, samples)
### END HIDDEN TESTS
