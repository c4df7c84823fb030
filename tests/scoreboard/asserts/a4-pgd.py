# %% given setup
import torch
import torch.nn.functional as F

from course import metrics, models, training, saving
from course.data import load

data = load("digits")
test = data.test[:96]
victim, _ = saving.load("victim.safetensors")
epsilon = 0.1
# %% answer pgd
# %% answer margin_loss
# %% answer worst_case_accuracy
# %% test pgd-images 1
options = {"step_size": epsilon / 4, "steps": 10, "random_start": False}
adversarial = pgd(victim, test.images.clone(), test.labels.clone(), epsilon, **options)
assert isinstance(adversarial, torch.Tensor), "return a tensor"
assert adversarial.shape == test.images.shape, "one adversarial image per image"
assert torch.isfinite(adversarial).all(), "finite pixels"
### BEGIN HIDDEN TESTS
assert 0 <= adversarial.min() and adversarial.max() <= 1, "pixels in [0, 1]"


def require_moves(adversarial):
    x = test.images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(victim(x), test.labels), x)
    delta = adversarial - test.images
    moved = (delta != 0) & (gradient != 0)
    assert moved.sum() > 0.05 * (gradient != 0).sum(), "the images come back unchanged"
    assert (delta[moved].sign() == gradient[moved].sign()).float().mean() > 0.7, "the sign"


require_moves(adversarial)
### END HIDDEN TESTS
# %% test pgd-epsilon 2
adversarial = pgd(victim, test.images.clone(), test.labels.clone(), epsilon, **options)
assert adversarial.shape == test.images.shape
### BEGIN HIDDEN TESTS
assert (adversarial - test.images).abs().max() <= epsilon + 1e-6, "no pixel moves by more"
require_moves(adversarial)
### END HIDDEN TESTS
# %% test pgd-linear 3
### BEGIN HIDDEN TESTS
linear = models.build("linear", seed=1)
few = data.test[100:124]
x = few.images.clone().requires_grad_()
(gradient,) = torch.autograd.grad(F.cross_entropy(linear(x), few.labels), x)
for share, steps in ((0.3, 2), (0.4, 4), (1.0, 1)):
    adversarial = pgd(
        linear,
        few.images.clone(),
        few.labels.clone(),
        8 / 255,
        step_size=share * 8 / 255,
        steps=steps,
        random_start=False,
    )
    assert torch.isfinite(adversarial).all(), "finite pixels"
    expected = (few.images + min(1, share * steps) * 8 / 255 * gradient.sign()).clamp(0, 1)
    assert ((adversarial - expected).abs() > 1e-5).float().mean() <= 0.03, (share, steps)
### END HIDDEN TESTS
# %% test pgd-path 1
### BEGIN HIDDEN TESTS
expected = test.images.clone()
for _ in range(10):
    x = expected.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(victim(x), test.labels), x)
    moved = expected + epsilon / 4 * gradient.sign()
    expected = moved.clamp(test.images - epsilon, test.images + epsilon).clamp(0, 1)
adversarial = pgd(victim, test.images.clone(), test.labels.clone(), epsilon, **options)
assert torch.isfinite(adversarial).all(), "finite pixels"
assert ((adversarial - expected).abs() > 1e-5).float().mean() <= 0.08, "step by step"
### END HIDDEN TESTS
# %% test pgd-start 2
### BEGIN HIDDEN TESTS
inner = 0.2 + 0.6 * test.images  # nothing is clamped there
starts = []
for seed in (1, 1, 2):
    generator = torch.Generator().manual_seed(seed)
    start = pgd(
        victim, inner, test.labels, epsilon, step_size=0.1, steps=0, generator=generator
    )
    starts.append(start - inner)
assert torch.equal(starts[0], starts[1]), "the same start from the same generator"
assert not torch.equal(starts[0], starts[2]), "another start from another generator"
assert starts[0].abs().max() <= epsilon + 1e-6, "within epsilon"
assert abs(starts[0].abs().mean() - epsilon / 2) < 0.05 * epsilon, "uniform"
assert abs(starts[0].mean()) < 0.05 * epsilon, "uniform"
### END HIDDEN TESTS
# %% test pgd-effect 1
### BEGIN HIDDEN TESTS
generator = torch.Generator().manual_seed(0)
adversarial = pgd(
    victim,
    test.images.clone(),
    test.labels.clone(),
    epsilon / 2,
    step_size=epsilon / 8,
    steps=20,
    generator=generator,
)
assert torch.isfinite(adversarial).all(), "finite pixels"
expected = test.images.clone()
for _ in range(20):
    x = expected.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(victim(x), test.labels), x)
    moved = expected + epsilon / 8 * gradient.sign()
    expected = moved.clamp(test.images - epsilon / 2, test.images + epsilon / 2).clamp(0, 1)
inside = adversarial.clamp(test.images - epsilon / 2, test.images + epsilon / 2).clamp(0, 1)
target = metrics.accuracy(victim, expected, test.labels)
assert metrics.accuracy(victim, inside, test.labels) <= target + 0.05, "the attack is too weak"
### END HIDDEN TESTS
# %% test pgd-alone 1
### BEGIN HIDDEN TESTS
together = pgd(victim, test.images.clone(), test.labels.clone(), epsilon, **options)
require_moves(together)
alone = pgd(victim, test.images[:3].clone(), test.labels[:3].clone(), epsilon, **options)
assert torch.isfinite(alone).all(), "finite pixels"
assert ((alone - together[:3]).abs() > 1e-5).float().mean() <= 0.03, "images depend on others"
### END HIDDEN TESTS
# %% test margin-value 3
logits = 4 * torch.randn(60, 10, generator=torch.Generator().manual_seed(3)) - 5
labels = torch.arange(60) % 10
found = margin_loss(logits, labels)
assert found.shape == (60,), "one number for each image"
### BEGIN HIDDEN TESTS
for classes in (2, 7):
    logits = 4 * torch.randn(60, classes, generator=torch.Generator().manual_seed(classes)) - 5
    labels = torch.arange(60) % classes
    labels[::3] = logits[::3].argmax(dim=1)
    expected = []
    for row, label in zip(logits, labels.tolist(), strict=True):
        expected.append(max(z for j, z in enumerate(row) if j != label) - row[label])
    assert torch.allclose(margin_loss(logits, labels), torch.stack(expected), atol=1e-4)
### END HIDDEN TESTS
# %% test margin-gradient 1
### BEGIN HIDDEN TESTS
logits = 1000 * torch.randn(60, 10, generator=torch.Generator().manual_seed(4))
logits.requires_grad_()
labels = torch.arange(60) % 10
(gradient,) = torch.autograd.grad(margin_loss(logits, labels).sum(), logits)
assert torch.equal(gradient.gather(1, labels[:, None]), -torch.ones(60, 1))
assert torch.equal(gradient.sum(dim=1), torch.zeros(60)) and gradient.abs().sum() == 120
### END HIDDEN TESTS
# %% test worst-case 4
### BEGIN HIDDEN TESTS
half = data.test[:90]


def towards(ahead):
    pattern = torch.stack([data.test.images[data.test.labels == c].mean(0) for c in range(10)])

    def attack(model, images, labels, epsilon):
        aim = (pattern[(labels + ahead) % 10] - pattern[labels]).sign()
        return (images + epsilon * aim).clamp(0, 1)

    return attack


attacks = [towards(1), towards(3), towards(6)]
alone = []
for attack in attacks:
    moved = attack(victim, half.images, half.labels, epsilon)
    alone.append(metrics.predict(victim, moved).argmax(dim=1) == half.labels)
clean = metrics.predict(victim, half.images).argmax(dim=1) == half.labels
expected = (clean & alone[0] & alone[1] & alone[2]).float().mean().item()
assert 0.05 < expected < min(each.float().mean().item() for each in alone)
found = worst_case_accuracy(victim, half.images, half.labels, epsilon, attacks)
assert abs(found - expected) <= 0.005, "the images that survive each attack"
### END HIDDEN TESTS
# %% test worst-case-clean 1
### BEGIN HIDDEN TESTS
labels = half.labels.clone()
labels[::3] = (labels[::3] + 1) % 10
clean = (metrics.predict(victim, half.images).argmax(dim=1) == labels).float().mean().item()
assert abs(worst_case_accuracy(victim, half.images, labels, 0.2, []) - clean) <= 0.005
### END HIDDEN TESTS
