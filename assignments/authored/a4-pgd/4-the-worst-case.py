# %% [markdown]
# ## The worst case
#
# Which number of several attacks do you report? The attacker needs **one** success on an image, by
# whatever means. So an image is safe only if it survives *every* attack, and the clean look too:
#
# $$\frac{1}{n} \sum_i \; \min_{a \in \text{attacks}} \;
# \big[\, f(a(x_i)) = y_i \,\big] .$$
#
# The minimum is **inside** the sum, image by image. The smallest of the single accuracies has it
# outside, and is never lower: attacks break different images. With ten images, if one attack breaks
# the first three and another the last three, each leaves 70 %, and the worst case is 40 %.
#
# One more rule: an attack may be somebody else's, and may leave the budget. Its answer is brought
# back before it is counted.

# %% [markdown] card: worst_case_accuracy
# difficulty: 2
# minutes: 15
# needs: your `project`, `predict` from `course.metrics`, and boolean tensors.
# gets: the number that belongs into a report, an honest upper bound of robust accuracy.


# %% stub: worst_case_accuracy from solutions.pgd
def worst_case_accuracy(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    attacks: Sequence[Callable[[nn.Module, Tensor, Tensor, float], Tensor]],
) -> float:
    """Return the fraction of images that stay correctly classified whatever attack is used.

    Args:
        model: takes images, returns logits; left as it was.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), the true classes, int64.
        epsilon: the largest change of a pixel, >= 0, in pixel units.
        attacks: functions of (model, images, labels, epsilon) that return adversarial images.
            What they return is projected into the budget before it counts. With no attack, the
            result is the clean accuracy.

    Returns:
        A Python float in [0, 1]: images that are right when clean and after each attack, over
        all images.

    Raises:
        ValueError: there are no images, or `check_attack` refuses the arguments.
    """
    # 1. Let `check_attack` look at the arguments; refuse an empty set.
    # 2. Which images are right without any attack?
    # 3. For each attack: attack the original images, project, and keep only those of the
    #    survivors that are still right.
    # 4. The share of all images that is left.


# %% [markdown]
# >> Hint 1: where to begin
# Write it for one attack: a boolean tensor `survived`, `(n,)`, from the clean images, and a second
# one from the attacked images. Combine them with `&`.
#
# >> Hint 2: the idea
# Keep one boolean per image through the whole loop and take the mean once, after it. A mean inside
# the loop forgets which images they were.
#
# >> Hint 3: nearly the code
# `adversarial = project(images, attack(model, images, labels, epsilon), epsilon)`, then
# `survived &= predict(model, adversarial).argmax(dim=1) == labels`. At the end
# `survived.float().mean().item()`.

# %% check: worst_case_accuracy

# %% [markdown]
# ## When FGSM lies
#
# Now a network that somebody trained against FGSM, with a generous budget, and tested with FGSM.

# %%
generous = max(0.2, 1.5 * limit)


def fgsm_first(network: nn.Module, batch: Tensor, targets: Tensor, done: float) -> Tensor:
    """Attack a training batch with FGSM, epsilon growing over the first half of the training."""
    now = generous * min(1.0, 2 * done)
    return pgd(network, batch, targets, now, step_size=now, steps=1, random_start=False)


pretender = build("strided-cnn", seed=0, **data.sizes)
fit(
    pretender,
    data.train.images,
    data.train.labels,
    Recipe(2 * budget(PROFILE).adversarial_epochs, 64, "adam", 0.002, "constant"),
    perturb=fgsm_first,
)
grid = [step * generous / 4 for step in range(5)]
lines: dict[str, list[float]] = {"FGSM": [], "PGD": [], "worst case": []}
for each in grid:
    single = partial(pgd, step_size=each, steps=1, random_start=False)
    entropy = partial(pgd, step_size=each / 4, steps=20)
    margin = partial(entropy, loss=margin_loss)
    for title, attacks in {
        "FGSM": [single],
        "PGD": [entropy],
        "worst case": [single, entropy, margin],
    }.items():
        torch.manual_seed(0)  # the same random starts in every line
        lines[title].append(
            worst_case_accuracy(pretender, probe.images, probe.labels, each, attacks)
        )
figure = plots.robustness_curve(grid, lines, chance=1 / data.num_classes)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Judged by FGSM, a fine defence: at the budget it was trained for, most images survive. Judged by
# PGD, hardly any do: the network has made the one corner harmless where FGSM arrives. Assignment 5
# shows how that happens, and how to prevent it. Here the lesson is about tests: **an attack that a
# defence was built against is no test of it**, and a line that does not fall as epsilon grows is a
# fault of the attack.
