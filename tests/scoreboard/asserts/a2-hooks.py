# %% given setup
from __future__ import annotations

import torch

from course import models
from course.data import load

data = load("digits")
images = data.test.images[:24]
moved = (images + 0.1 * torch.randn(images.shape).sign()).clamp(0, 1)
KEYS = {"mean", "std", "min", "max", "zero_fraction", "shape"}
# %% answer ActivationMonitor
# %% answer activation_drift
# %% test monitor-numbers 2
model = models.build("fast-cnn", seed=1).eval()
with ActivationMonitor(model) as monitor:
    model(images)
assert monitor.stats, "no layer was recorded"
for row in monitor.stats.values():
    assert set(row) == KEYS, "six statistics of each layer"
### BEGIN HIDDEN TESTS


def watched(model, *batches, names=None):
    if names is None:
        names = [n for n, m in model.named_modules() if not list(m.children())]
    outputs, handles = {}, []
    for name in names:

        def keep(module, inputs, output, name=name):
            outputs[name] = output.detach().clone()

        handles.append(dict(model.named_modules())[name].register_forward_hook(keep))
    for batch in batches:
        model(batch)
    for handle in handles:
        handle.remove()
    return outputs


def require_numbers(stats, outputs):
    assert outputs and set(stats) == set(outputs), "the layers that ran"
    for name, output in outputs.items():
        right = output.mean(), output.std(correction=0), output.min(), output.max()
        for key, value in zip(("mean", "std", "min", "max"), right, strict=True):
            assert abs(stats[name][key] - value.item()) <= 5e-3 * max(0.1, abs(value.item())), key


few = data.test.images[30:67]
with ActivationMonitor(model) as monitor:
    model(few)
require_numbers(monitor.stats, watched(model, few))
### END HIDDEN TESTS
# %% test monitor-zeros 1
### BEGIN HIDDEN TESTS
for name, output in watched(model, few).items():
    right = (output == 0).float().mean().item()
    assert abs(monitor.stats[name]["zero_fraction"] - right) <= 1e-5, name
### END HIDDEN TESTS
# %% test monitor-shape 1
### BEGIN HIDDEN TESTS
for name, output in watched(model, few).items():
    assert tuple(monitor.stats[name]["shape"]) == tuple(output.shape), name
### END HIDDEN TESTS
# %% test monitor-leaves 2
### BEGIN HIDDEN TESTS
for name in ("tiny-cnn", "small-resnet"):
    model = models.build(name, seed=2).eval()
    with ActivationMonitor(model) as monitor:
        model(few)
    require_numbers(monitor.stats, watched(model, few))
### END HIDDEN TESTS
# %% test monitor-latest 1
### BEGIN HIDDEN TESTS
model = models.build("tiny-cnn", seed=3).eval()
with ActivationMonitor(model) as monitor:
    model(images)
    model(few)
require_numbers(monitor.stats, watched(model, images, few))
### END HIDDEN TESTS
# %% test monitor-chosen 1
### BEGIN HIDDEN TESTS
model = models.build("small-resnet", seed=4).eval()
outer = [name for name, _ in model.named_children()]
chosen = [outer[5], outer[2]]
with ActivationMonitor(model, layers=chosen) as monitor:
    model(few)
require_numbers(monitor.stats, watched(model, few, names=chosen))
### END HIDDEN TESTS
# %% test monitor-refuses 1
### BEGIN HIDDEN TESTS
for layers in (["no-such-layer"], []):
    try:
        with ActivationMonitor(model, layers=layers):
            pass
    except Exception:
        continue
    raise AssertionError("a name that no layer has is an error, and so is an empty list")
with ActivationMonitor(model, layers=chosen) as monitor:
    model(few)
require_numbers(monitor.stats, watched(model, few, names=chosen))
### END HIDDEN TESTS
# %% test monitor-block 2
### BEGIN HIDDEN TESTS
model = models.build("tiny-cnn", seed=5).eval()
monitor = ActivationMonitor(model)
model(images)
with monitor:
    assert not monitor.stats, "nothing is recorded before the block"
    model(few)
model(images)
require_numbers(monitor.stats, watched(model, few))
try:
    with monitor:
        model(few)
        raise KeyError("in the block")
except KeyError:
    model(images)
    require_numbers(monitor.stats, watched(model, few))
else:
    raise AssertionError("the error is swallowed")
### END HIDDEN TESTS
# %% test monitor-others 1
### BEGIN HIDDEN TESTS
model = models.build("small-resnet", seed=6).eval()
right = model(few)
with ActivationMonitor(model) as first:
    with ActivationMonitor(model):
        assert torch.equal(model(few), right), "the network answers as without it"
    model(images)
require_numbers(first.stats, watched(model, images))
### END HIDDEN TESTS
# %% test drift-value 3
model = models.build("tiny-cnn", seed=7).eval()
drift = activation_drift(model, images, moved)
assert isinstance(drift, dict) and drift, "a drift for each layer"
### BEGIN HIDDEN TESTS


def require_drift(drift, model, clean, adversarial):
    before, after = watched(model, clean), watched(model, adversarial)
    assert set(drift) == set(before), "every leaf that runs"
    for name, output in before.items():
        size = output.flatten(1).norm(dim=1).clamp(min=1e-12)
        right = ((after[name] - output).flatten(1).norm(dim=1) / size).mean().item()
        assert abs(drift[name] - right) <= 1e-3 * max(1, right), name


require_drift(activation_drift(model, images, moved), model, images, moved)
### END HIDDEN TESTS
# %% test drift-leaves 2
### BEGIN HIDDEN TESTS
model = models.build("small-resnet", seed=8).eval()
require_drift(activation_drift(model, images, moved), model, images, moved)
### END HIDDEN TESTS
# %% test drift-eval 1
### BEGIN HIDDEN TESTS
weights = {name: value.clone() for name, value in model.state_dict().items()}
model.train()
drift = activation_drift(model, images, moved)
assert all(module.training for module in model.modules()), "the mode it was in"
model.load_state_dict(weights)
require_drift(drift, model.eval(), images, moved)
### END HIDDEN TESTS
# %% test drift-dead 1
### BEGIN HIDDEN TESTS
model = models.build("tiny-cnn", seed=9).eval()
with torch.no_grad():
    for weight in list(model.parameters())[:2]:
        weight.zero_()
require_drift(activation_drift(model, images, moved), model, images, moved)
drift = activation_drift(model, images, images.clone())
assert drift and all(value == 0 for value in drift.values()), "no change is no drift"
### END HIDDEN TESTS
# %% test drift-refuses 1
### BEGIN HIDDEN TESTS
model = models.build("tiny-cnn", seed=10).eval()
for clean, adversarial in ((images, moved[:1]), (images[:0], moved[:0])):
    try:
        activation_drift(model, clean, adversarial)
    except Exception:
        continue
    raise AssertionError("batches of other shapes, or empty ones, are an error")
require_drift(activation_drift(model, images, moved), model, images, moved)
### END HIDDEN TESTS
