"""A whole answer of somebody who had not seen the checks (nbconvert script).

whole: yes
"""

#@title Install
!pip install -q tqdm
%pip install --quiet numpy

from google.colab import drive
drive.mount("/content/drive")
%cd /content/drive/MyDrive/adversarial-images

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.inputs import check_images, check_labels, check_size
from course.metrics import (
    accuracy,
    confidence,
    confusion_matrix,
    evaluating,
    predict,
    wilson_interval,
)
from course.models import build
from course.plots import attacks as attack_plots
from course.training import fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
print(f"{len(data.train)} images to train on, {len(data.test)} to test on, epsilon up to {limit}")

%matplotlib inline
%load_ext autoreload
%autoreload 2
import pandas as pd
import seaborn as sns
import matplotlib.pyplot as plt
plt.rcParams["figure.dpi"] = 120
sns.set_theme()
device = "cuda" if torch.cuda.is_available() else "cpu"
!nvidia-smi
victim.to(device);
victim?
df = pd.DataFrame({"epsilon": [0.1, 0.2]})
df.head()

victim = build("strided-cnn", seed=0)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
clean_accuracy = accuracy(victim, data.test.images, data.test.labels)
print(f"right on {clean_accuracy:.1%} of the test images")

linear = build("linear", seed=0)
fit(linear, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
weights = linear.logits.weight.detach()
towards_8 = weights[8] - weights[3]  # what separates "this is an 8" from "this is a 3"
coins = torch.randint(0, 2, (1000, towards_8.numel()), generator=torch.Generator().manual_seed(0))
noise_pushes = limit * ((2.0 * coins - 1) @ towards_8)
threes = data.test.images[data.test.labels == 3].flatten(1)
lead = threes @ -towards_8 + (linear.logits.bias[3] - linear.logits.bias[8]).item()
print(f"a typical 3 leads over 8 by     {lead.median().item():6.2f}")
print(
    f"random noise of size {limit} moves it by {noise_pushes.abs().mean().item():6.2f}, typically"
)
print(f"the worst change of size {limit} moves it by {limit * towards_8.abs().sum().item():6.2f}")

def check_attack(images: Tensor, labels: Tensor, epsilon: float, *, largest: float = 1.0) -> None:
    """Raise ValueError, saying what is wrong, unless these are arguments an attack can use.

    images (n, C, H, W), float32 in [0, 1]; labels (n,), classes from 0 on; epsilon a finite number
    >= 0 in pixel units, and at most `largest`, the size that takes any image to any other: 1 for
    the change of one pixel. An epsilon of 8, or images from 0 to 255, would allow any change.
    """
    if not (epsilon >= 0 and math.isfinite(epsilon)):  # written so that NaN fails too
        raise ValueError(f"epsilon must be a number >= 0 in pixel units, got {epsilon}")
    if labels.shape != images.shape[:1]:
        raise ValueError(
            f"labels must have shape ({len(images)},), one class per image, "
            f"got {tuple(labels.shape)}"
        )
    check_images(images)
    check_labels(images, labels)
    check_size(epsilon, largest=largest)


#@title FGSM { run: "auto" }
eps_default = 0.1 #@param {type:"number"}

def loss_gradient(model, images, labels):
    images = images.detach().clone()
    images.requires_grad = True
    with evaluating(model):
        outputs = model(images)
        loss = nn.CrossEntropyLoss(reduction="sum")(outputs, labels)
    grads = torch.autograd.grad(outputs=loss, inputs=images, retain_graph=False, create_graph=False)
    return grads[0].detach()

def fgsm(model, images, labels, epsilon=eps_default):
    check_attack(images, labels, epsilon)
    perturbation = loss_gradient(model, images, labels).sign_().mul_(epsilon)
    return torch.clamp(perturbation.add_(images), min=0, max=1)


check("a3-fgsm", "fgsm")

shown = data.test[:6]
attacked_six = fgsm(victim, shown.images, shown.labels, limit)
figure = plots.attack_grid(
    shown.images,
    attacked_six,
    labels=shown.labels,
    clean_predictions=predict(victim, shown.images).argmax(dim=1),
    adversarial_predictions=predict(victim, attacked_six).argmax(dim=1),
    clean_confidences=confidence(victim, shown.images),
    adversarial_confidences=confidence(victim, attacked_six),
    epsilon=limit,
    magnify=1 / (2 * limit),
)
print(plots.alt_text(figure))
figure

PRINTED_CURVES = {
    "A": {0.0078: 98.68, 0.0157: 98.35, 0.0314: 96.95},
    "B": {0.0: 98.45, 0.05: 95.32, 0.1: 82.14, 0.2: 41.23, 0.3: 18.67},
    "C": {0.05: 88.67, 0.1: 59.39, 0.15: 32.86, 0.3: 10.61},
}

def in_pixels(curve: dict[float, float], pixels_per_unit: float) -> dict[float, float]:
    """A printed curve with its epsilons in pixel units."""
    return {printed * pixels_per_unit: percent for printed, percent in curve.items()}


converted = {
    "A": in_pixels(PRINTED_CURVES["A"], 1.0),
    "C": in_pixels(PRINTED_CURVES["C"], 0.5),
    "B, if it counts in pixels": in_pixels(PRINTED_CURVES["B"], 1.0),
    "B, if it counts as its program does": in_pixels(PRINTED_CURVES["B"], 0.3081),
}
for report, curve in converted.items():
    last = max(curve)
    print(f"{report:36} ends at {last:.4f} = {last * 255:4.1f}/255 with {curve[last]:.2f} %")
figure = attack_plots.printed_and_converted({key: PRINTED_CURVES[key] for key in "ACB"}, converted)
print(plots.alt_text(figure))
figure

%%time
def attack_success_rate(model, images, adversarial, labels):
    if images.shape != adversarial.shape or labels.shape != images.shape[:1]:
        raise ValueError("shapes")
    with evaluating(model), torch.no_grad():
        before = model(images).argmax(1) == labels
        after = model(adversarial).argmax(1) != labels
    if not before.any():
        return 0.0
    return int((before & after).sum()) / int(before.sum())


check("a3-fgsm", "attack_success_rate")

adversarial_test = fgsm(victim, data.test.images, data.test.labels, limit)
accuracy_attacked = accuracy(victim, adversarial_test, data.test.labels)
rate = attack_success_rate(victim, data.test.images, adversarial_test, data.test.labels)
print(f"accuracy: clean {clean_accuracy:.1%}, under FGSM {accuracy_attacked:.1%}")
print(f"success rate of FGSM at epsilon {limit}: {rate:.1%}")


def robustness_curve(model, images, labels, epsilons):
    for epsilon in epsilons:
        check_attack(images, labels, epsilon)
    direction = loss_gradient(model, images, labels).sign()
    return [accuracy(model, (images + e * direction).clamp(0, 1), labels) for e in epsilons]

from IPython.display import display, Markdown, HTML
from tqdm.auto import tqdm
display(Markdown("**curve** done"))
for _ in tqdm(range(3)):
    pass


check("a3-fgsm", "robustness_curve")

def with_intervals(rates: list[float], total: int) -> tuple[list[float], list[float]]:
    """The lower and the upper ends of the intervals of a curve."""
    ends = [wilson_interval(round(each * total), total) for each in rates]
    return [low for low, _ in ends], [high for _, high in ends]


grid = [step * limit / 4 for step in range(9)]
coin = torch.Generator().manual_seed(0)
heads = torch.randint(0, 2, data.test.images.shape, generator=coin) * 2.0 - 1
noise_curve = [
    accuracy(victim, (data.test.images + each * heads).clamp(0, 1), data.test.labels)
    for each in grid
]
curves = {
    "random signs": noise_curve,
    "FGSM": robustness_curve(victim, data.test.images, data.test.labels, grid),
}
figure = plots.robustness_curve(
    grid,
    curves,
    intervals={name: with_intervals(line, len(data.test)) for name, line in curves.items()},
    chance=1 / data.num_classes,
)
print(plots.alt_text(figure))
figure

figure = plots.confidence_histograms(
    confidence(victim, data.test.images), confidence(victim, adversarial_test)
)
print(plots.alt_text(figure))
figure

sure = confidence(victim, adversarial_test) > 0.9
fooled = predict(victim, adversarial_test).argmax(dim=1) != data.test.labels
wrong_though_sure = (fooled & sure).sum().item() / max(1, sure.sum().item())
print(f"of the answers under attack that are over 90 % sure, {wrong_though_sure:.0%} are wrong")

answers = predict(victim, data.test.images).argmax(dim=1)
answers_attacked = predict(victim, adversarial_test).argmax(dim=1)
figure = plots.confusion_matrices(
    confusion_matrix(data.test.labels, answers, data.num_classes),
    confusion_matrix(data.test.labels, answers_attacked, data.num_classes),
    data.classes,
)
print(plots.alt_text(figure))
figure

others = {
    "the victim itself": victim,
    "same layers, other start": build("strided-cnn", seed=1),
    "other layers": build("tiny-cnn", seed=2),
    "linear": linear,
}
for stranger in (others["same layers, other start"], others["other layers"]):
    fit(stranger, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
slopes = loss_gradient(victim, data.test.images, data.test.labels).sign()
transfer = {
    title: [
        accuracy(network, (data.test.images + each * slopes).clamp(0, 1), data.test.labels)
        for each in grid
    ]
    for title, network in others.items()
}
own = {
    title: robustness_curve(network, data.test.images, data.test.labels, [limit])[0]
    for title, network in others.items()
}
for title, line in transfer.items():
    print(
        f"{title:26} clean {line[0]:6.1%}, at {limit}: {line[4]:6.1%}, own FGSM {own[title]:6.1%}"
    )

figure = plots.robustness_curve(
    grid,
    {**transfer, "the victim, random signs": noise_curve},
    chance=1 / data.num_classes,
    title="Images made against one network, shown to others",
)
print(plots.alt_text(figure))
figure

#@title Plot
plt.figure(); plt.plot([0, 1], [1, 0]); plt.savefig('curve.png'); plt.show()
