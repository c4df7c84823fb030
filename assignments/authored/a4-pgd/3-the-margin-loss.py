# %% [markdown]
# ## A loss that cannot be switched off
#
# Cross-entropy has a weak spot, which the lecture works out. When the network is very sure, the
# gradient is exactly 0 in float32, $\mathrm{sign}(0) = 0$, and the attack stands still. A network
# becomes that sure by a trick that changes none of its answers: multiply the logits by a large
# number.
#
# The **margin** has no such spot (Carlini and Wagner, 2017):
#
# $$m(z, y) = \max_{j \ne y} z_j - z_y .$$
#
# It is the lead of the best wrong class over the true one, positive exactly when the image is
# misclassified. Its gradient with respect to the logits is $+1$ at one class and $-1$ at another,
# however large the logits are.

# %% [markdown] card: margin_loss
# difficulty: 2
# minutes: 15
# needs: `gather`, or `F.one_hot` with `masked_fill`; a maximum over the classes.
# gets: a loss for `pgd` that scaling the logits cannot blind.


# %% stub: margin_loss from solutions.pgd
def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return, for each image, the best wrong class's logit minus the true class's.

    Args:
        logits: (n, k) with k >= 2, any numbers, all of them negative perhaps.
        labels: (n,), the true classes, int64.

    Returns:
        (n,), with a gradient: one number for each image, positive where it is misclassified.

    Raises:
        ValueError: the shapes are others.
    """
    # 1. Refuse shapes that do not fit.
    # 2. Mark the true class of each image.
    # 3. Take it out, and find the largest of the others.
    # 4. Subtract the true class's logit.


# %% [markdown]
# >> Hint 1: where to begin
# Write down three logits and a label, and work the margin out by hand. Try a case where the true
# class is the largest, and one where every logit is negative.
#
# >> Hint 2: the idea
# The true class must not win the maximum. Replacing its logit by 0 does not prevent that when all
# the others are negative; replacing it by minus infinity does.
#
# >> Hint 3: nearly the code
# `is_true = F.one_hot(labels, logits.shape[1]).bool()`. Then `logits[is_true]` is the true one of
# each image, and `logits.masked_fill(is_true, float("-inf")).amax(dim=1)` the best of the others.

# %% check: margin_loss

# %% [markdown]
# Now the trick, live: the same network with its logits multiplied. Every answer stays the same.


# %%
class Scaled(nn.Module):
    """A network whose logits are multiplied by a constant."""

    def __init__(self, inner: nn.Module, factor: float) -> None:
        super().__init__()
        self.inner, self.factor = inner, factor

    def forward(self, images: Tensor) -> Tensor:
        return self.factor * self.inner(images)


def left_by(network: nn.Module, attack: Callable[..., Tensor]) -> float:
    """The accuracy that an attack leaves on the probe, at the full budget."""
    moved = attack(network, probe.images, probe.labels, limit)
    return accuracy(network, moved, probe.labels)


by_entropy = partial(pgd, step_size=limit / 4, steps=20, random_start=False)
by_margin = partial(by_entropy, loss=margin_loss)
factors = [1.0, 10.0, 100.0, 1000.0, 10000.0]
left_by_entropy = [left_by(Scaled(victim, factor), by_entropy) for factor in factors]
left_by_margin = [left_by(Scaled(victim, factor), by_margin) for factor in factors]
for factor, first, second in zip(factors, left_by_entropy, left_by_margin, strict=True):
    print(
        f"logits x {factor:7.0f}: {first:6.1%} left by cross-entropy, {second:6.1%} by the margin"
    )
figure = plots.robustness_curve(
    list(range(len(factors))),
    {"PGD on the cross-entropy": left_by_entropy, "PGD on the margin": left_by_margin},
    x_label="zeros in the factor on the logits",
    title="Scaled logits blind the cross-entropy, not the margin",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Nothing about the network is more robust than before, whatever a report with the upper curve alone
# would say. Such **gradient masking** need not be on purpose: long training without weight decay
# drives logits up as well.
#
# >> To think about: could one attack the scaled network with cross-entropy after all?
# Yes. Divide the logits by the factor before the loss, or compute the gradient in float64, which
# rounds later. Both need somebody who has noticed. That is the use of a second loss: it notices.
