# %% [markdown]
# ## The inner player
#
# Projected gradient descent, PGD: begin at a random point within the budget, and repeat a small
# step in the direction of the sign of the gradient, then back into the budget:
#
# $$
# x_{t+1} = \mathrm{clamp}\Big(x + \mathrm{clamp}\big(
# x_t + \alpha \, \mathrm{sign}(\nabla L(x_t)) - x,\, -\epsilon,\, \epsilon
# \big),\; 0,\; 1\Big)
# $$
#
# Measure the distance from the **original** $x$, not from the step before. With one step of size
# $\epsilon$ and no random start, PGD is FGSM.
#
# If you have done assignment 4, put your `pgd` here; if not, write it now. It has no points in this
# assignment, but nothing below works without it.

# %%
cross_entropy = partial(F.cross_entropy, reduction="none")  # one loss for each image

# %% given: check_attack from solutions.fgsm

# %% given: project from solutions.pgd


# %% stub: pgd from solutions.pgd
def pgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
    random_start: bool = True,
    generator: torch.Generator | None = None,
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
) -> Tensor:
    """Raise the loss by repeated sign steps that stay within epsilon of the images.

    Args:
        model: takes images, returns logits; left as it was, its `.grad` and modes too.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), int64.
        epsilon: the largest change of a pixel, >= 0, in pixel units.
        step_size: how far a pixel moves in one step, >= 0, in pixel units.
        steps: how many steps, >= 0.
        random_start: begin at a random point within epsilon, not at the images.
        generator: the source of the random start, to make it repeatable.
        loss: takes logits and labels, returns one number for each image.

    Returns:
        (n, C, H, W), detached, in [0, 1], nowhere further than epsilon from the images.

    Raises:
        ValueError: epsilon or step_size is negative or not finite, steps is negative, or there
            is not one label per image.
    """
    # 1. Let `check_attack` look at the arguments; look at step_size and steps yourself.
    # 2. Start at the images, or at images + uniform noise in [-epsilon, epsilon], clamped.
    # 3. In evaluation mode, repeat: gradient of the summed loss at the present point; step;
    #    clamp the distance from the original images to epsilon; clamp to [0, 1].


# %% [markdown]
# >> Hint 1: where to begin
# Take your FGSM and put the step into a loop that starts from where the last step ended.
#
# >> Hint 2: the idea
# Each turn needs a gradient at a new point. Detach the point from the turn before, then
# `requires_grad_()` it again; otherwise the record of operations grows with each turn.
#
# >> Hint 3: nearly the code
# `moved = point.detach() + step_size * gradient.sign()`, then
# `point = (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)`. Noise:
# `torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)`.

# %% [markdown]
# A first look: the same budget, spent in one step and in twenty, against a network trained in the
# ordinary way.


# %%
def under_attack(model: nn.Module, epsilon: float, steps: int) -> float:
    """Accuracy on the test images under FGSM (one step) or PGD (more)."""
    moved = pgd(
        model,
        probe.images,
        probe.labels,
        epsilon,
        step_size=epsilon if steps == 1 else epsilon / 4,
        steps=steps,
        random_start=steps > 1,
        generator=torch.Generator().manual_seed(1),
    )
    return accuracy(model, moved, probe.labels)


plain = fresh_network()
plain_run = fit(
    plain,
    data.train.images,
    data.train.labels,
    Recipe(budget(PROFILE).adversarial_epochs, 64, "adam", 0.002, "constant"),
)
print(f"trained on clean images: {accuracy(plain, probe.images, probe.labels):.1%} right")
print(f"  under FGSM at {limit:.3g}: {under_attack(plain, limit, 1):.1%}")
print(f"  under PGD  at {limit:.3g}: {under_attack(plain, limit, 20):.1%}")
