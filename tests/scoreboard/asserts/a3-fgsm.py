# %% given setup
import torch
import torch.nn.functional as F

from course import metrics, models, training, saving
from course.data import load

data = load("digits")
test = data.test[:96]
victim, _ = saving.load("victim.safetensors")
epsilon = 0.1
# %% answer fgsm
# %% answer attack_success_rate
# %% answer robustness_curve
# %% test fgsm-images 2
adversarial = fgsm(victim, test.images.clone(), test.labels.clone(), epsilon)
assert isinstance(adversarial, torch.Tensor), "return a tensor"
assert adversarial.shape == test.images.shape, "one adversarial image per image"
assert adversarial.dtype == torch.float32, "keep the dtype of the images"
assert torch.isfinite(adversarial).all(), "finite pixels"
### BEGIN HIDDEN TESTS
assert 0 <= adversarial.min() and adversarial.max() <= 1, "pixels in [0, 1]"
x = test.images.clone().requires_grad_()
(gradient,) = torch.autograd.grad(F.cross_entropy(victim(x), test.labels), x)
delta = adversarial - test.images
moved = (delta != 0) & (gradient != 0)
assert moved.sum() > 0.05 * (gradient != 0).sum(), "the images come back unchanged"
assert (delta[moved].sign() == gradient[moved].sign()).float().mean() > 0.75, "the sign"
### END HIDDEN TESTS
# %% test fgsm-epsilon 3
adversarial = fgsm(victim, test.images.clone(), test.labels.clone(), epsilon)
assert adversarial.shape == test.images.shape
### BEGIN HIDDEN TESTS
delta = adversarial - test.images
assert delta.abs().max() <= epsilon + 1e-6, "no pixel moves by more than epsilon"
assert delta.abs().max() > epsilon / 2, "the images come back unchanged"
x = test.images.clone().requires_grad_()
(gradient,) = torch.autograd.grad(F.cross_entropy(victim(x), test.labels), x)
moved = (delta != 0) & (gradient != 0)
assert (delta[moved].sign() == gradient[moved].sign()).float().mean() > 0.75, "the sign"
### END HIDDEN TESTS
# %% test fgsm-linear 3
### BEGIN HIDDEN TESTS
linear = models.build("linear", seed=1)
few = data.test[100:124]
adversarial = fgsm(linear, few.images.clone(), few.labels.clone(), 8 / 255)
assert torch.isfinite(adversarial).all(), "finite pixels"
x = few.images.clone().requires_grad_()
(gradient,) = torch.autograd.grad(F.cross_entropy(linear(x), few.labels), x)
expected = (few.images + 8 / 255 * gradient.sign()).clamp(0, 1)
assert ((adversarial.clamp(0, 1) - expected).abs() > 1e-5).float().mean() <= 0.002
### END HIDDEN TESTS
# %% test fgsm-effect 4
adversarial = fgsm(victim, test.images.clone(), test.labels.clone(), epsilon)
assert adversarial.shape == test.images.shape
### BEGIN HIDDEN TESTS
assert torch.isfinite(adversarial).all(), "finite pixels"
inside = adversarial.clamp(test.images - epsilon, test.images + epsilon).clamp(0, 1)
x = test.images.clone().requires_grad_()
(gradient,) = torch.autograd.grad(F.cross_entropy(victim(x), test.labels), x)
expected = (test.images + epsilon * gradient.sign()).clamp(0, 1)
target = metrics.accuracy(victim, expected, test.labels)
assert metrics.accuracy(victim, inside, test.labels) <= target + 0.03, "the attack is too weak"
### END HIDDEN TESTS
# %% test success-rate 3
### BEGIN HIDDEN TESTS
x = test.images.clone().requires_grad_()
(gradient,) = torch.autograd.grad(F.cross_entropy(victim(x), test.labels), x)
attacked = (test.images + epsilon * gradient.sign()).clamp(0, 1)
labels = test.labels.clone()
labels[::3] = (labels[::3] + 1) % 10  # some are wrong before
with torch.no_grad():
    before = victim(test.images).argmax(dim=1) == labels
    after = victim(attacked).argmax(dim=1) == labels
right = ((before & ~after).sum() / before.sum()).item()
rate = attack_success_rate(victim, test.images, attacked, labels)
assert isinstance(rate, float), "return a float"
assert abs(rate - right) <= 1e-5, "right before and wrong after, of those right before"
### END HIDDEN TESTS
# %% test success-rate-nothing 1
### BEGIN HIDDEN TESTS
with torch.no_grad():
    wrong = (victim(test.images).argmax(dim=1) + 1) % 10
assert attack_success_rate(victim, test.images, test.images, wrong) == 0
### END HIDDEN TESTS
# %% test curve 4
epsilons = [0.0, 0.05, 0.1, 0.2]
curve = robustness_curve(victim, test.images, test.labels, epsilons)
assert len(curve) == len(epsilons), "one accuracy for each epsilon"
### BEGIN HIDDEN TESTS
epsilons = [0.15, 0.0, 0.3, 0.02, 0.08]
curve = robustness_curve(victim, test.images, test.labels, epsilons)
x = test.images.clone().requires_grad_()
(gradient,) = torch.autograd.grad(F.cross_entropy(victim(x), test.labels), x)
for each, found in zip(epsilons, curve, strict=True):
    attacked = (test.images + each * gradient.sign()).clamp(0, 1)
    assert abs(found - metrics.accuracy(victim, attacked, test.labels)) <= 0.011
### END HIDDEN TESTS
