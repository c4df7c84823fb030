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
# Two of its promises are good practice, which the check shows without points: it refuses what
# cannot be evaluated, and changes no image.
#
# The rest you know from assignment 4. Attack on **both losses**, from **random starts**, and count
# an image only if it survives all of it and was right to begin with. Count over **all** images.

# %% [markdown]
# The attack is not the subject here. `pgd`, `margin_loss` and `project` come from `course.attacks`:
# they do what you wrote in assignment 4, and take the same arguments. (Hand-ins of assignment 4
# cannot call them.) `pgd` begins at a random point, unless you say `random_start=False`, and `loss`
# is the loss that it climbs. From assignment 3 come the check of arguments and the cross-entropy of
# each image.

# %% given: check_attack from solutions.fgsm

# %% given: cross_entropy from solutions.pgd

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
# >> To think about: papers report *AutoAttack*, a fixed set of four attacks. Is yours too weak?
# It leaves more, and it costs less. On a PGD-trained network of the digits, two losses with two
# starts left 2 images of 200 more than such a set, which asked the network 23 times as often. On an
# undefended network they left 10 more. So use a small set while you work, say that the number is
# "at most", and run a fixed set before you publish. The lecture *The state of robustness* has one,
# its code, and this measurement.
#
# >> To think about: "a robust accuracy of 8 % at a large epsilon". Is that better than nothing?
# With ten classes that are equally frequent, a network that answers "3" whatever it is shown has
# 10 %, and no attack can change it. A number at or below guessing says that the attack won, not
# that something is left. At $\epsilon \ge 0.5$ in pixels no network can be better than guessing:
# every image can be turned into the same grey one. A report that claims otherwise has an attack
# that does not work, or an epsilon in another unit.
