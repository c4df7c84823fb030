# %% [markdown]
# ## A whole curve from one gradient
#
# Where does a network break? That takes a curve. In the formula, $g$ is taken at the clean image
# and does not depend on $\epsilon$: one gradient serves the whole curve, and each further point
# costs one forward pass.

# %% [markdown] card: robustness_curve
# difficulty: 2
# minutes: 15
# needs: your `loss_gradient`, and `accuracy` from `course.metrics`.
# gets: the figure that most papers on the subject begin with.


# %% stub: robustness_curve from solutions.fgsm
def robustness_curve(
    model: nn.Module, images: Tensor, labels: Tensor, epsilons: Sequence[float]
) -> list[float]:
    """Return the accuracy under FGSM at each epsilon, in the order given.

    Args:
        model: takes images, returns logits; left as it was.
        images: (n, C, H, W) in [0, 1]; not changed.
        labels: (n,), the true classes, int64.
        epsilons: numbers >= 0 in pixel units, in any order; 0 gives the clean accuracy.

    Returns:
        One accuracy in [0, 1] for each epsilon.

    Raises:
        ValueError: as `fgsm` does, for any of the epsilons.
    """
    # 1. Let `check_attack` look at every epsilon, before anything is computed.
    # 2. Take the sign of the gradient, once.
    # 3. For each epsilon: step, clamp, and measure the accuracy.


# %% [markdown]
# >> Hint 1: where to begin
# Start with a loop that calls `fgsm` for each epsilon. It is right, and several times too slow.
# What does every turn of the loop compute again?
#
# >> Hint 2: the idea
# Everything up to `sign` can stand above the loop. Inside remain a multiplication, an addition, a
# clamp and a call of `accuracy`.
#
# >> Hint 3: nearly the code
# `direction = loss_gradient(model, images, labels).sign()`, then for each epsilon
# `accuracy(model, (images + epsilon * direction).clamp(0, 1), labels)`. Each image moves from the
# *original*; do not add to what the turn before left.

# %% check: robustness_curve
