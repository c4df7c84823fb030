# ruff: noqa: F401  (what the inserted reference code uses)

# %% [markdown]
# # 6 · Audit it: when a robustness number is a lie
#
# Find what is wrong in evaluations that look fine, measure how much it matters, break two defences
# that hide their gradients, and compute the one kind of number that no attack can take back.
#
# You can build a network, look inside it, attack it and defend it. This assignment is about what
# others tell you. A robust accuracy is easy to print and hard to get right: nearly every mistake
# that one can make in an evaluation makes the network look *better*, so nobody stumbles over it.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"mnist"` for the real thing. Fetch it first, once and with the internet at
# hand: `course data download mnist`. The network below is made as most published ones are: it takes
# **normalised** images, $z = (x - \text{mean}) / \text{std}$, and the normalisation is no part of
# it. In this course it has been a layer inside the model so far, and now you will see why. `probe`
# holds the images that are attacked.

# %%
import math
from collections.abc import Callable, Sequence
from functools import partial
from statistics import NormalDist

import torch
import torch.nn.functional as F
from scipy.special import betaincinv
from torch import Tensor, nn

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.defences import Defence, Detector, Quantised, ScaledLogits
from course.inputs import check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, predict, wilson_interval
from course.models import Normalize, build
from course.training import fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
probe = data.test[:60]
shape = {
    "in_channels": data.image_shape[0],
    "image_size": data.image_shape[1],
    "num_classes": data.num_classes,
}
means = data.train.images.mean(dim=(0, 2, 3)).tolist()
stds = data.train.images.std(dim=(0, 2, 3)).tolist()
normalise = Normalize(means, stds)
recipe = plain_recipe(budget(PROFILE).cnn_epochs)
Loss = Callable[[Tensor, Tensor], Tensor]  # of logits and labels, one number for each image

whole = build("tiny-cnn", normalize=(means, stds), seed=0, **shape)
fit(whole, data.train.images, data.train.labels, plain_recipe(3))  # a short training: some errors
published = whole[1:]  # without its first layer, the normalisation: that is what gets published
right = accuracy(published, normalise(probe.images), probe.labels)
print(f"mean {means[0]:.4f}, std {stds[0]:.4f}; black becomes {-means[0] / stds[0]:.2f}, ", end="")
print(f"white {(1 - means[0]) / stds[0]:.2f}")
print(f"right on {right:.1%} of {len(probe)} images, without an attack")

# %% [markdown]
# You are given what you wrote in assignments 3 and 4: the check of arguments, the two losses, the
# projection, and PGD.

# %% given: check_attack from solutions.fgsm

# %% given: cross_entropy from solutions.pgd

# %% given: margin_loss from solutions.pgd

# %% given: project from solutions.pgd

# %% given: pgd from solutions.pgd

# %% [markdown]
# ## One table, four readings
#
# Here is a published table, from a report on FGSM against MNIST, and next to it our own networks,
# trained by its recipe and attacked at its epsilons. The report does not say in which unit its
# epsilon is, and the code that it prints applies it to normalised images, once with a clamp to
# $[0, 1]$ and once to $[-2, 2]$. So we measured all of it.

# %% data: ONE_TABLE from solutions.audit_readings

# %%
epsilons, *columns = ONE_TABLE.values()
readings = dict(zip(list(ONE_TABLE)[1:], columns, strict=True))
for title, accuracies in readings.items():
    print(f"{title:38}", "  ".join(f"{value:6.1%}" for value in accuracies))
figure = plots.robustness_curve(
    epsilons,
    readings,
    x_label="epsilon as printed",
    title="One table, four readings of its epsilon",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Only one reading gives the table: epsilon in pixels. The printed code would have given the upper
# lines, and made an ordinary network look nearly invulnerable. Whoever copies the code, rather than
# the table, "improves" on the report by tens of points, without a new idea.
#
# Five questions find most errors of this kind. Put them to every number that you read:
#
# 1. **Which unit?** Pixels from 0 to 1, from 0 to 255, from -1 to 1, or normalised.
# 2. **Which range?** Where are black and white on that scale, and does the clamp know?
# 3. **Which attack?** One step, or many; which loss; from how many starts; did it converge?
# 4. **Of which images?** All of them, or those that were right before? The first thousand?
# 5. **Compared with what?** With guessing, with noise of the same size, with the same network
#    undefended, and with what interval around it?

# %% [markdown]
# ## Which unit?
#
# A normalised image is $z = (x - \text{mean}) / \text{std}$. Let an attacker change each $z$ by at
# most $\epsilon$. Since $x = \text{mean} + \text{std} \cdot z$, that changes the pixel $x$ by at
# most $\epsilon \cdot \text{std}$. The mean drops out: it moves the image, not the change.
#
# With several channels each has a std of its own, and one epsilon on $z$ becomes several on $x$.
# The fair single number to report is the **largest** move of any pixel.

# %% [markdown] card: to_pixel_epsilon
# difficulty: 1
# minutes: 10
# needs: the formula above, `max`, and `isinstance(std, Sequence)` to tell a list from a number.
# gets: one axis for every epsilon that you find in print.


# %% stub: to_pixel_epsilon from solutions.audit
def to_pixel_epsilon(epsilon: float, std: float | Sequence[float]) -> float:
    """Convert an epsilon on normalised images to the largest move of a pixel.

    Args:
        epsilon: the largest change of a normalised value, >= 0.
        std: what pixels were divided by, > 0 in pixel units: one number, or one per channel.

    Returns:
        The largest change of any pixel, in pixel units (0 is black, 1 is white).

    Raises:
        ValueError: epsilon is negative or not finite, or a std is 0, negative or not finite.
    """
    # 1. Make a list of the stds, of one or of several.
    # 2. Refuse what is no unit. NaN is neither above 0 nor below: ask for what must be true.
    # 3. The channel with the largest std moves furthest.


# %% [markdown]
# >> Hint 1: where to begin
# Take one pixel. It is 0.5, the mean 0.3 and the std 0.2: what is $z$? Add 0.1 to $z$ and go back.
# By how much has the pixel moved?
#
# >> Hint 2: the idea
# If your numbers are too large by the square of something, you divided where you should multiply:
# dividing by std is the way from pixels to normalised units. For the errors: a comparison with NaN
# is always false, so `if std <= 0` lets it pass and `if not std > 0` does not.
#
# >> Hint 3: nearly the code
# `stds = list(std) if isinstance(std, Sequence) else [std]`, then
# `if not all(0 < each < math.inf for each in stds): raise ValueError(...)`, the same for
# `0 <= epsilon < math.inf`, and `return epsilon * max(stds)`.

# %% check: to_pixel_epsilon

# %% [markdown]
# Other scales are the same formula. On $[-1, 1]$ the pixel is $x = (z + 1) / 2$, a std of 1/2. On 0
# to 255 it is 1/255. The same network, attacked "at epsilon 0.1", "at 0.1" and "at 8":

# %%
scales = {"[0, 1]": 1.0, "[-1, 1]": 0.5, "0 to 255": 1 / 255, "this network's": stds}
for name, std in scales.items():
    small, large = (to_pixel_epsilon(each, std) for each in (0.1, 8.0))
    print(f"scale {name:15} 0.1 is {small:.4f} in pixels, 8 is {large:.4f}")

# %% [markdown]
# >> To think about: one epsilon for normalised colours. Is that one threat model?
# No. Each channel gets a budget of its own, in the ratio of the stds, for no reason that anybody
# could give. The maximum is the honest summary, an upper bound on what any pixel did; still, the
# attacker had less than that in the other channels. A budget belongs on the scale on which the
# harm is defined, and people see pixels.

# %% [markdown]
# ## An evaluation to rely on
#
# There are two ways to attack a network that takes normalised images. One is to convert everything:
# divide epsilon and the step by std, channel by channel, and clamp to what black and white have
# become. Each conversion is a chance to be wrong, and nothing will tell you. The other way is to
# put the normalisation *before* the network, as a layer, and forget about it:
#
# $$ \text{logits}(x) = f\big( (x - \text{mean}) / \text{std} \big) . $$
#
# Everything outside is then in pixels, and the chain rule does the converting.
#
# The rest you know from assignment 4. Attack on **both losses**, from **random starts**, and count
# an image only if it survives all of it and was right to begin with. Count over **all** images.

# %% [markdown] card: evaluate
# difficulty: 3
# minutes: 25
# needs: `Normalize(mean, std)` of `course.models`, `nn.Sequential`, `pgd`, and `predict`, which
#   runs a model in evaluation mode and puts its modes back.
# gets: a robust accuracy that you would sign.

# %%
STEPS = 20
RESTARTS = 2


# %% stub: evaluate from solutions.audit
def evaluate(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    mean: Sequence[float],
    std: Sequence[float],
) -> float:
    """Return the robust accuracy of a model that takes normalised images.

    Args:
        model: takes (images - mean) / std, returns logits; left as it was, its modes too.
        images: (n, C, H, W), float32 in [0, 1], in pixel units; not normalised, not changed.
        labels: (n,), the true classes, int64.
        epsilon: the largest change of a pixel, >= 0, in pixel units.
        mean, std: one number for each channel, in pixel units.

    Returns:
        A Python float in [0, 1]: of all images, the share that is right without an attack and
        after each attack of PGD, on the cross-entropy and on the margin, from random starts.

    Raises:
        ValueError: there are no images, epsilon is negative or not finite, or the shape of the
            labels is not that of one class per image.
    """
    # 1. Let `check_attack` look at the arguments; refuse an empty set.
    # 2. Put the normalisation before the model.
    # 3. Which images are right without an attack?
    # 4. RESTARTS times, for each of the two losses: attack with STEPS steps of
    #    2.5 * epsilon / STEPS, and keep those of the survivors that are still right.
    # 5. The share of all images that is left.


# %% [markdown]
# >> Hint 1: where to begin
# `nn.Sequential(Normalize(mean, std), model)` is a model that takes pixels. Check it first: its
# accuracy on `probe.images` must be what the set-up printed.
#
# >> Hint 2: the idea
# If the check names a unit or a range, something is still done to normalised images: nothing but
# the new layer may know `mean` and `std`. If it says that too many images are left, look at the
# loss: with logits that are multiplied by a large number only the margin has a gradient. If it
# says that only some images are counted, do not drop those that were wrong: they count as lost.
#
# >> Hint 3: nearly the code
# `survived = predict(on_pixels, images).argmax(dim=1) == labels`. Then
# `for loss in [cross_entropy, margin_loss] * RESTARTS:` attack with
# `pgd(on_pixels, images, labels, epsilon, step_size=..., steps=STEPS, loss=loss)` and
# `survived &= predict(on_pixels, attacked).argmax(dim=1) == labels`. At the end
# `survived.double().mean().item()`.

# %% check: evaluate

# %% [markdown]
# How does the judge know whether your number is right? For a **linear** network it can calculate
# it. Every pixel has an interval of its own, the lead of class $j$ over the true class $y$ is a sum
# over pixels, and the worst case moves each pixel to the end that $w_j - w_y$ points to. An image
# is robust exactly if no class can take the lead. A mistake in the unit gives another interval, and
# another number, which the judge can calculate as well. That is how it knows what you did.
#
# ### Evaluations with one flaw each
#
# The next cell evaluates your network as published code might, with one thing wrong at a time.


# %%
def flawed(flaw: str, epsilon: float) -> float:
    """The robust accuracy that a report with this one flaw would print."""
    mean, std = (torch.tensor(each).view(-1, 1, 1) for each in (means, stds))
    clean = normalise(probe.images)
    right = predict(published, clean).argmax(dim=1) == probe.labels
    size = epsilon * torch.ones_like(std) if "unit" in flaw else epsilon / std
    low, high = (-mean / std, (1 - mean) / std) if "[0, 1]" not in flaw else (0.0, 1.0)
    steps = 1 if "FGSM" in flaw else STEPS
    attacked = clean
    for _ in range(steps):
        leaf = attacked.clone().requires_grad_()
        loss = F.cross_entropy(published(leaf), probe.labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, leaf)
        stride = size if steps == 1 else 2.5 * size / steps
        moved = attacked + stride * gradient.sign()
        moved = torch.maximum(torch.minimum(moved, clean + size), clean - size)
        attacked = torch.maximum(torch.minimum(moved, torch.as_tensor(high)), torch.as_tensor(low))
    survived = right & (predict(published, attacked).argmax(dim=1) == probe.labels)
    counted = right if "were right" in flaw else torch.ones_like(right)
    return survived[counted].double().mean().item()


grid = [step * limit / 3 for step in range(5)]
torch.manual_seed(0)
lines = {
    "your evaluate": [
        evaluate(published, probe.images, probe.labels, each, means, stds) for each in grid
    ]
}
for flaw in ["FGSM alone", "the unit", "the unit, and a clamp to [0, 1]", "images that were right"]:
    lines[flaw] = [flawed(flaw, each) for each in grid]
figure = plots.robustness_curve(
    grid, lines, chance=1 / data.num_classes, title="One network, five evaluations"
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# All five lines are the same network. Look at the left end too. The clamp to $[0, 1]$ cuts away
# part of a normalised image even at epsilon 0, so that line does not begin where the others do: **a
# curve that does not start at the clean accuracy has a wrong clamp**. Counting only the images that
# were right before makes every curve begin at 100 %.
#
# And look at how small some of the differences are. A flaw need not be large to decide which of two
# defences is better.
#
# How sure can a number from so few images be? The interval below is Wilson's, at 95 %.

# %%
left = lines["your evaluate"][3]
low, high = wilson_interval(round(left * len(probe)), len(probe))
print(f"epsilon {grid[3]:.3f}: {left:.1%} of {len(probe)} images, {low:.1%} to {high:.1%}")
low, high = wilson_interval(round(left * 1000), 1000)
print(f"the same share of 1,000 images: {low:.1%} to {high:.1%}")

# %% [markdown]
# >> To think about: "a robust accuracy of 8 % at a large epsilon". Is that better than nothing?
# With ten classes that are equally frequent, a network that answers "3" whatever it is shown has
# 10 %, and no attack can change it. A number at or below guessing says that the attack won, not
# that something is left. At $\epsilon \ge 0.5$ in pixels no network can be better than guessing:
# every image can be turned into the same grey one. A report that claims otherwise has an attack
# that does not work, or an epsilon in another unit.

# %% [markdown]
# ## Defences that hide the gradient
#
# An attack that follows a gradient needs one. So the cheapest "defence" is to take it away. Nothing
# about the network gets better; the attacker is merely blindfolded. Three ways, all published as
# defences once:
#
# - **Rounding**: the image is reduced to a few grey levels first. The idea is that small changes
#   are rounded away (feature squeezing; Xu and others, 2018). The gradient of rounding is 0
#   wherever it exists.
# - **Large logits**: the softmax of a lead of 17 rounds to 1 in float32 and the cross-entropy's
#   gradient to 0. *Defensive distillation* (Papernot and others, 2016) trains such networks: at a
#   high temperature, which is taken away afterwards.
# - **Noise and crops**: the gradient is another one each time. Averaging over draws gets it back
#   (expectation over transformation; Athalye and others, 2018); you will meet it below.
#
# Here they are, around one network, under the PGD of assignment 4. From here on the normalisation
# is a layer again, where it belongs.

# %%
victim = nn.Sequential(normalise, published)
levels = 8
temperature = 50.0

teacher_says = predict(victim, data.train.images).argmax(dim=1)
distilled = build("tiny-cnn", seed=1, **shape)
fit(ScaledLogits(distilled, 1 / temperature), data.train.images, teacher_says, recipe)

defences = {
    "none": Defence(victim),
    f"{levels} grey levels": Quantised(victim, levels),
    "logits x 10,000": ScaledLogits(victim, 1e4),
    f"trained at temperature {temperature:g}": Defence(distilled),
}
by_entropy = partial(pgd, step_size=limit / 4, steps=20, random_start=False)


def left_by(defence: nn.Module, attack: Callable[..., Tensor]) -> float:
    """The accuracy that an attack leaves on the probe, at the full budget."""
    return accuracy(defence, attack(defence, probe.images, probe.labels, limit), probe.labels)


for name, defence in defences.items():
    clean = accuracy(defence, probe.images, probe.labels)
    print(f"{name:26} clean {clean:6.1%}   PGD leaves {left_by(defence, by_entropy):6.1%}")

# %% [markdown]
# (The third network learned from another network's answers with its logits divided by a temperature
# that is left out when it is used: the part of distillation that matters here.)
#
# Should anybody believe this table? Add a line for plain random noise of the same size: it breaks
# about as many images as PGD does. **A gradient attack that is no better than noise is no test.**
#
# ### Attacks that adapt
#
# An adaptive attack begins by reading the defence. These are open books: `course.defences` has
# their code, and every one is
#
# $$ \text{decide}\big(\, \text{model}(\, \text{transform}(x) \,)\, \big) , $$
#
# with attributes `transform`, `model` and `decide` that you can call by themselves. For each part
# that spoils the gradient, ask what could stand in for it:
#
# - *The transformation* $t$ has no gradient, but $t(x)$ is nearly $x$. So compute $t(x)$ on the way
#   forward, and pretend on the way back that nothing happened: the **straight-through** gradient,
#   or backward pass differentiable approximation (BPDA; Athalye, Carlini and Wagner, 2018). In
#   PyTorch that is one line: `x + (t(x) - x).detach()` has the value of $t(x)$ and the gradient of
#   $x$.
# - *The decision* may be left out when it changes no answer, or attacked with a loss that it does
#   not flatten: the margin.
#
# In the end only one thing counts: whether the **defence itself** gets the image wrong.

# %% [markdown] card: break_defense
# difficulty: 4
# minutes: 40
# needs: `pgd` with a model and a loss of your choice; `Tensor.detach`; a boolean mask to keep what
#   worked.
# gets: the attack that two published kinds of defence fell to.


# %% stub: break_defense from solutions.audit
class StraightThrough(nn.Module):
    """The network behind a defence, shown what the defence shows it, with a gradient to follow."""

    def __init__(self, defense: Defence) -> None:
        """Keep the defence, as an attribute `defense`."""
        # 1. As in every module: first `super().__init__()`.

    def forward(self, images: Tensor) -> Tensor:
        """Return logits: those of `defense.model` on the transformed images.

        The gradient is that of `defense.model`, as if the transformation were not there.
        """
        # 1. What the transformation changes, cut off from the graph.
        # 2. The network's logits on the images with that change.


def break_defense(defense: Defence, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Return images that the defence gets wrong, wherever you find one within epsilon.

    Args:
        defense: one of `course.defences`, with `transform`, `model` and `decide`; left as it was.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), the true classes, int64.
        epsilon: the largest change of a pixel, >= 0, in pixel units.

    Returns:
        (n, C, H, W), detached, in [0, 1], nowhere further than epsilon from the images. An image
        for which nothing was found may be returned as it is.

    Raises:
        ValueError: epsilon is negative or not finite, or the shape of the labels is not that of
            one class per image.
    """
    # 1. Let `check_attack` look at the arguments. Begin with a copy of the images.
    # 2. RESTARTS times, for each of the two losses: PGD on the network that you can see through
    #    to, with STEPS steps of 2.5 * epsilon / STEPS.
    # 3. Ask the defence which of the attacked images it gets wrong, and keep those.


# %% [markdown]
# >> Hint 1: where to begin
# Print the gradient of `cross_entropy(Quantised(victim, 8)(x), labels).sum()` with respect to `x`.
# It is 0 everywhere. Now do the same for `victim(x)`. Which `x` would you put in?
#
# >> Hint 2: the idea
# If the check says that the images come back unchanged, or look like a random start, PGD was given
# the defence itself. Give it a module that ends in `defense.model(...)`. If it breaks the one
# defence and not the other, look at what the other does to the logits. Random starts differ: keep
# what one of them broke.
#
# >> Hint 3: nearly the code
# `change = (self.defense.transform(images) - images).detach()`, then
# `return self.defense.model(images + change)`. In the loop
# `attacked = pgd(StraightThrough(defense), images, labels, epsilon, ...)`,
# `broken = predict(defense, attacked).argmax(dim=1) != labels`, `best[broken] = attacked[broken]`.

# %% check: break_defense

# %%
for name, defence in defences.items():
    torch.manual_seed(0)
    before, after = left_by(defence, by_entropy), left_by(defence, break_defense)
    print(f"{name:26} PGD leaves {before:6.1%}   your attack {after:6.1%}")

few = [3, 5, 9, 17]
greys = {}
for count in few:
    rounded = Quantised(victim, count)
    torch.manual_seed(0)
    greys[count] = [
        accuracy(rounded, probe.images, probe.labels),
        left_by(rounded, by_entropy),
        left_by(rounded, break_defense),
    ]
titles = ["without an attack", "PGD through the rounding", "adaptive attack"]
figure = plots.robustness_curve(
    few,
    {title: [greys[count][place] for count in few] for place, title in enumerate(titles)},
    x_label="grey levels",
    title="Rounding stops an attack that does not know of it",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The gap between the two lower lines is what the defence was praised for. Something is left at very
# few levels, and honestly so: where the nearest threshold lies further than epsilon, a pixel
# cannot cross it, and a digit has few greys to begin with. On photographs it has many.
#
# >> To think about: "We now round at random thresholds." What do you try?
# Average. Draw many thresholds, compute the straight-through gradient for each, and step along the
# mean: the attack wants the *expected* loss to rise, and the gradient of a mean is the mean of the
# gradients. Then look at the loss along the way, and at noise of the same size. What you must not
# do is to run the old attack again and report that it failed.

# %% [markdown]
# ## A detector, and its bypass
#
# Another idea is not to answer at all when an image looks attacked. Assignment 2 measured how far
# an attack moves a network's activations; let that be the alarm. `Detector` compares the first
# layers' activations on an image and on a slightly **blurred** copy: a digit hardly changes, the
# fine pattern of an attack does. If the relative drift exceeds a limit that 5 % of the clean images
# exceed, it refuses to answer. It has $K + 1$ logits, and the last one means "refused".
#
# The attacker now wants more: an answer that is wrong **and** not refused. So neither the true
# class nor "refused" may be the largest logit. That is a margin too, and it is all the bypass
# needs.

# %%
plain = build("tiny-cnn", seed=2, **shape)
fit(plain, data.train.images, data.train.labels, recipe)
detector = Detector.fitted(plain, data.train.images, refused=0.05)


def evasion(logits: Tensor, labels: Tensor) -> Tensor:
    """How far the best wrong answer leads both the true class and "refused", (n,)."""
    beaten = F.one_hot(labels, logits.shape[1]).bool()
    beaten[:, -1] = True
    wrong = logits.masked_fill(beaten, float("-inf")).amax(dim=1)
    return wrong - logits.masked_fill(~beaten, float("-inf")).amax(dim=1)


def verdicts(images: Tensor) -> str:
    """What the detector makes of images, in shares."""
    answers = predict(detector, images).argmax(dim=1)
    refused = answers == data.num_classes
    correct = answers == probe.labels
    shares = [part.double().mean().item() for part in (correct, refused, ~correct & ~refused)]
    return "right {:4.0%}   refused {:4.0%}   wrong and not noticed {:4.0%}".format(*shares)


oblivious = by_entropy(plain, probe.images, probe.labels, limit)
evading = oblivious.clone()
for restart in range(3):
    attacked = pgd(
        detector,
        probe.images,
        probe.labels,
        limit,
        step_size=limit / 12,
        steps=30,
        generator=torch.Generator().manual_seed(restart),
        loss=evasion,
    )
    missed = evasion(predict(detector, attacked), probe.labels) > 0
    evading[missed] = attacked[missed]
print("clean images               ", verdicts(probe.images))
print("PGD on the network         ", verdicts(oblivious))
print("PGD that knows the detector", verdicts(evading))
noticed = predict(detector, oblivious).argmax(dim=1) == data.num_classes
evaded = evasion(predict(detector, evading), probe.labels) > 0
place = (noticed & evaded).int().argmax().item()  # an image where it makes the difference
shown = torch.stack([images[place] for images in (probe.images, oblivious, evading)])
drifts = detector.drift(shown).tolist()
captions = ["clean", "PGD", "PGD, evading"]
figure = plots.image_row(
    shown,
    [f"{title}\ndrift {drift:.3f}" for title, drift in zip(captions, drifts, strict=True)],
    title=f"The detector refuses above a drift of {detector.limit:.3f}",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The detector notices many images of an attacker who does not know of it, and few of one who does.
# Carlini and Wagner (*Adversarial examples are not easily detected*, 2017) did this to ten
# published detectors. A detector is a classifier of images, and has the weakness of all of them. It
# still earns its place, as an alarm for faults and amateurs; it is no answer to somebody who has
# read its code.

# %% [markdown]
# ## A number that no attack can take back
#
# Every number so far is an upper bound: the attacks *that were tried* leave this much. Randomised
# smoothing gives a lower bound, with a proof (Cohen, Rosenfeld and Kolter, *Certified adversarial
# robustness via randomized smoothing*, 2019). Do not ask the network $f$ about the image, but about
# many copies with normal noise of deviation $\sigma$ in every pixel, and answer with the class that
# gets most votes. Call that classifier $g$. If the noisy copies get this class with probability at
# least $p > 1/2$, then no change smaller than
#
# $$ R = \sigma \, \Phi^{-1}(p) $$
#
# in the **Euclidean** norm changes the answer of $g$. $\Phi^{-1}$ is the normal quantile,
# `NormalDist().inv_cdf`. Nothing is assumed about $f$.
#
# One point needs care. You do not know $p$; you have votes, `count` of `samples`. The share of the
# votes is an *estimate*, too high about every second time. A proof needs a **lower bound** that
# fails rarely, with probability $\alpha$ at most: the one of Clopper and Pearson (1934),
#
# $$ p = \text{the } \alpha \text{ quantile of } \mathrm{Beta}(\text{count},\;
# \text{samples} - \text{count} + 1) , $$
#
# `scipy.special.betaincinv(count, samples - count + 1, alpha)`. It is one-sided: only being too
# high would be a lie. If $p \le 1/2$ nothing is certain, and the honest radius is 0.

# %% [markdown] card: certified_radius
# difficulty: 2
# minutes: 15
# needs: `betaincinv` and `NormalDist().inv_cdf`, and a look at what happens at `count == 0`.
# gets: the radius of a sphere around an image in which no attack can succeed.


# %% stub: certified_radius from solutions.audit
def certified_radius(count: int, samples: int, sigma: float, alpha: float = 0.001) -> float:
    """Return the L2 radius in which the smoothed classifier's answer is certain.

    Args:
        count: how many of the noisy copies got the class that is answered, 0 to samples.
        samples: how many noisy copies were classified, >= 1.
        sigma: the deviation of the noise, > 0 and finite, in pixel units.
        alpha: the probability with which the radius may be wrong, > 0 and < 1.

    Returns:
        A Python float: sigma times the normal quantile of the one-sided lower bound of Clopper
        and Pearson; 0.0, to abstain, where that bound is 1/2 or less.

    Raises:
        ValueError: an argument lies outside its range, or is not a number.
    """
    # 1. Refuse what lies outside.
    # 2. The lower bound of the probability. Beta(0, ...) does not exist: no votes, no bound.
    # 3. Abstain, or return the radius.


# %% [markdown]
# >> Hint 1: where to begin
# By hand: 980 of 1,000 votes and $\sigma = 0.25$. The lower bound at $\alpha = 0.001$ is 0.9623,
# its quantile 1.778, the radius 0.44. Print the steps in between.
#
# >> Hint 2: the idea
# If the check speaks of the share of the votes, a bound is missing. If it speaks of alpha, look at
# whether you halved it: a two-sided interval spends half of alpha on the side that harms nobody. If
# it abstains where it should not, or the other way round, compare *the bound* with 1/2.
#
# >> Hint 3: nearly the code
# `lower = betaincinv(count, samples - count + 1, alpha) if count > 0 else 0.0`, then
# `return sigma * NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0`.

# %% check: certified_radius

# %% [markdown]
# Now smooth a network. It must be right on *noisy* images, so it is trained on them. Then count the
# votes for twenty images, choosing the class with a few votes and counting with fresh ones, and
# compute the radii. And then attack, **inside** the radius: each step follows the mean gradient
# over noisy copies, and the change is held in a ball, not a box. Read the two functions below.

# %% given: noisy_votes from solutions.audit

# %% given: attack_smoothed from solutions.audit


# %%
sigma = 0.5
votes = 400


def with_noise(network: nn.Module, batch: Tensor, targets: Tensor, done: float) -> Tensor:
    """Training images with the noise that they will be seen with."""
    return batch + sigma * torch.randn_like(batch)


steady = build("tiny-cnn", seed=3, **shape)
fit(steady, data.train.images, data.train.labels, recipe, perturb=with_noise)

draws = torch.Generator().manual_seed(0)
certified = []  # of the images whose smoothed answer is right: place, and radius
for place in range(20):
    image, label = probe.images[place], probe.labels[place].item()
    chosen = noisy_votes(steady, image, sigma, 50, draws).argmax().item()
    count = noisy_votes(steady, image, sigma, votes, draws)[chosen].item()
    if chosen == label:
        certified.append((place, certified_radius(count, votes, sigma)))
print(f"{len(certified)} of 20 images are answered rightly; radii of the first, in L2:")
print(", ".join(f"{radius:.2f}" for _, radius in certified[:12]))
print(f"all {votes} votes would certify {certified_radius(votes, votes, sigma):.2f}, no more")

# %%
budgets = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0]
proved = [sum(radius > reach for _, radius in certified) / 20 for reach in budgets]
standing = []
broken_inside = 0
for reach in budgets:
    stands = 0
    for place, radius in certified:
        image, label = probe.images[place], probe.labels[place].item()
        attacked = attack_smoothed(
            steady, image, label, reach, sigma, steps=6, samples=24, generator=draws
        )
        found = noisy_votes(steady, attacked, sigma, 100, draws).argmax().item()
        stands += found == label
        broken_inside += found != label and 0 < reach < radius
    standing.append(stands / 20)
print(f"answers that changed inside their certified radius: {broken_inside}")
figure = plots.robustness_curve(
    budgets,
    {"left by the attack": standing, "proved": proved},
    x_label="budget of the attacker, in the Euclidean norm",
    title="Between the proof and the attack lies what nobody knows",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The lower line is proved, the upper one is what this attack could not break. The truth lies in
# between, and for a weak attack, or few votes, the gap is wide. That is what an honest pair of
# numbers looks like: *at least* this, *at most* that.
#
# Mind what is certified: $g$, not $f$; the Euclidean norm, not the largest change of a pixel. In
# $d$ pixels a change of $\epsilon$ in each has a Euclidean norm of $\epsilon \sqrt{d}$:

# %%
pixels = probe.images[0].numel()
largest = certified_radius(votes, votes, sigma)
print(f"{pixels} pixels: a radius of {largest:.2f} certifies epsilon = {largest / pixels**0.5:.4f}")
print(f"the budget of this assignment is epsilon = {limit}")

# %% [markdown]
# >> To think about: of a thousand classes, the winner's votes are put in. What is wrong?
# The class was chosen with the same votes that it is then counted with. The winner of many is
# likely to have been lucky, and its lower bound no longer fails with probability $\alpha$ only.
# Choose with some votes and count with fresh ones, as above.

# %% [markdown]
# ## In words
#
# Two answers that no program can grade. Write into the cells below; a person reads them, with the
# points that stand under each question.

# %% [markdown] question: audit_report
# minutes: 20
#
# The report below is invented. It contains at least six errors or gaps of the kinds that you have
# measured above.
#
# > **A digit reader that withstands attacks.** We train a network on MNIST, normalised with mean
# > 0.13 and standard deviation 0.31, and put a layer before it that rounds its input to eight
# > levels. We attack it with FGSM at $\epsilon = 0.1$ on the normalised images and clamp the
# > results to $[0, 1]$. Of 1,000 test images that the network classifies correctly, the attack
# > fools 3.1 %. PGD with five steps of 0.001 fools even fewer, 2.4 %, and random noise of the same
# > size 4.0 %, which shows that our network offers an attacker no information to exploit. The
# > robust accuracy of 96.9 % at $\epsilon = 0.1$ exceeds that of all published defences. Even at
# > $\epsilon = 0.5$ it is 41 %.
#
# Name **four** of them. For each: quote the words, say what is wrong, say in which direction it
# moves the reported number (if you can), and give the experiment that would settle it. Then write,
# in one sentence, what the report has shown. About 250 words.
#
# >> How it is graded
# - **1 point each, up to 4**: an error that is really there, quoted, with what is wrong and an
#   experiment that would settle it; half a point without the experiment.
# - **1 point**: a last sentence that claims neither more nor less than was measured.
#
# Taken off: half a point for each "error" that is none. Not taken off: English, length, order.

# %% [markdown] answer: audit_report
# **For graders.** Any four of these, or others that are really there:
#
# 1. *"$\epsilon = 0.1$ on the normalised images"*: in pixels that is 0.1 x 0.31 = 0.031, a third of
#    what the comparison with other defences assumes. Makes the number too high. Settle: attack at
#    0.1 in pixels, with the normalisation as a layer.
# 2. *"clamp the results to [0, 1]"*: on that scale black is -0.42 and white 2.81. The clamp cuts
#    digits off and undoes most of the attack on bright pixels. It alters clean images too. Settle:
#    clamp to black and white; look whether the curve starts at the clean accuracy.
# 3. *"rounds its input"* and gradient attacks: the gradient of rounding is 0, so FGSM and PGD do
#    nothing. Too high. Settle: straight-through gradient (BPDA), or a search without gradients.
# 4. *"PGD ... fools even fewer"*, *"random noise ... 4.0 %"*: an iterated attack weaker than one
#    step, and both weaker than noise, show a broken attack, not a strong network. Settle: as 3.
# 5. *"five steps of 0.001"*: together 0.005, a twentieth of the budget: it cannot even cross it.
#    Settle: steps of 2.5 epsilon / number of steps, the loss after each step, restarts, the margin.
# 6. *"Of 1,000 test images that the network classifies correctly"*, *"robust accuracy of 96.9 %"*:
#    100 % - 3.1 % is a share of the right ones, not of all. Too high by the clean error. Settle:
#    count over all images.
# 7. *"Even at 0.5 it is 41 %"*: were it pixels it would be impossible (grey images, guessing is
#    10 %). It shows that the attack does nothing, or that the unit is another one.
# 8. *"exceeds all published defences"*: compared at another epsilon, with another attack; no
#    interval is given: 3.1 and 2.4 % of 1,000 do not differ.
#
# Last sentence, for example: one step of FGSM through a layer without gradients, at 0.031 in
# pixels, changes the answer to few of the images that were right.

# %% [markdown] question: disclosure
# minutes: 20
#
# A company sells a service that reads handwritten amounts on bank cheques from a photograph. Its
# web page says: "robust against adversarial examples, 99 %, independently tested". You own a
# cheque book, an account with the service, and everything from this course.
#
# 1. What may you try, and what not, before you ask anybody?
# 2. You get the company's permission, and find an attack that turns most amounts into others. Whom
#    do you tell, what, in which order, and when do you publish? What do you leave out?
# 3. The company answers that it has added "a layer that removes the attack". Which evidence would
#    convince **you** that it works, and which sentence would you then accept on the web page?
#
# About 250 words. The course's page on ethics is a good start.
#
# >> How it is graded
# - **1 point**: what needs permission and what does not. Models and images of one's own, not
#   somebody's running service.
# - **2 points**: the owner first and privately, with what is needed to repeat it; an agreed date;
#   what helps defenders is published, what only helps to repeat the harm is not; who may be harmed
#   is named.
# - **1 point**: an attack made for the new layer, by somebody who knows it, with the checks of this
#   notebook: stronger than noise, both losses, converged, all images.
# - **1 point**: a sentence with the attack, the epsilon and its unit, the number of images and an
#   interval.

# %% [markdown] answer: disclosure
# **For graders.** A good answer says, in its own words:
#
# 1. Allowed: networks trained by oneself, public research models, pictures of one's own cheques on
#    one's own computer. Not without written permission: probing the running service, even with
#    one's own account; its terms and in many places the law forbid it. Handing in altered cheques
#    is fraud whatever the purpose.
# 2. The company first, privately, with images, code and conditions to repeat it; then perhaps a
#    national contact for such reports, and the banks that rely on it. A date agreed, 90 days being
#    customary, extended if a fix is on the way. Published: the weakness, the measurement, the fix.
#    Left out: images ready for use, the parameters of the running service. Customers bear the
#    harm, and did not choose.
# 3. That an adaptive attack, by somebody who knows the layer, fails: straight-through or averaged
#    gradients, the margin, a search without gradients, more steps and restarts until nothing
#    changes; noise weaker than the attack; everything breaks at a large epsilon. On all images of a
#    sample that was fixed before, with an interval. Better still a certificate.
#    Accepted: "In a test by X in 2026, 91 of 100 cheques (84 to 95 %) were still read rightly after
#    attack Y with changes of at most 8/255 per pixel." Not accepted: "robust".

# %% [markdown]
# ## Before you go and attack something
#
# You now know enough to do harm with. Attack only what is yours to attack: models that you trained,
# models published for research, systems whose owner has agreed in writing. If you find a weakness
# in something that people rely on, tell its owner first, privately, and agree on a date. Publish
# the conditions, the measurement and the fix. And claim what you measured: "robust" is not a
# property of a network; a share of images, an attack and an epsilon are. The course's site has a
# page on it: *Ethics*.

# %% [markdown]
# ## What you can now do
#
# - Convert any epsilon to pixels, and put five questions to any robustness number.
# - Evaluate a network so that the unit, the range and the denominators cannot be wrong.
# - See that a gradient is hidden, and go round what hides it.
# - Say why a detector does not end the game.
# - Compute a certified radius from votes, and say what it certifies.
# - Write an audit that others can check, and disclose a weakness without doing harm.
