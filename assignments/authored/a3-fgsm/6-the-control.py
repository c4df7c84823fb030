# %% [markdown]
# ## The control: the same budget, without the gradient
#
# An attack deserves its name only if it does more than noise. The strongest noise within the budget
# moves every pixel by the full epsilon, up or down by the toss of a coin. The band around each
# curve is Wilson's 95 % interval.


# %%
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

# %% [markdown]
# The same amount of change does little when its signs are random, and a great deal when they follow
# the gradient. A curve may also fall below guessing: an attacker who knows the answer makes the
# network avoid it. "Worse than guessing" means below the dotted line, at one in ten here. Report
# *B* says it of its accuracy at 0.2; look up in its table how far above the line that is.
#
# >> To think about: at a large epsilon, FGSM's curve can rise again. Does a larger budget help?
# Not the defender; the attack is at fault. A long step may overshoot the region where the loss is
# high. An attacker with a large budget may always take a smaller step, so the *best* attack gets no
# weaker, and a curve that rises tells you that the attack is not the best one. Assignment 4 takes
# many small steps instead.
