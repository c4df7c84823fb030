# %% [markdown]
# ## How large a step, and how many?
#
# The loss after each step answers that. The next cell attacks forty images with no step, with one,
# with two, and so on.

# %%
few = probe[:40]


def climb(step_size: float, steps: int) -> list[float]:
    """The mean loss on a few images before the first step and after each."""
    losses = []
    for count in range(steps + 1):
        moved = pgd(
            victim,
            few.images,
            few.labels,
            limit,
            step_size=step_size,
            steps=count,
            random_start=False,
        )
        losses.append(cross_entropy(predict(victim, moved), few.labels).mean().item())
    return losses


fgsm_loss = climb(limit, 1)[-1]
climbs = {f"epsilon / {part}": climb(limit / part, 16) for part in (1, 4, 16, 64)}
figure = attack_plots.convergence(
    {**climbs, "FGSM": [fgsm_loss] * 17},
    title="The loss climbs, unless steps are too large or too small",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Steps of the whole epsilon begin as FGSM does and gain from every further look, but end lower:
# each takes a pixel from the middle of its interval to an end, or back. Steps of $\epsilon/64$ are
# far from any result: sixteen of them reach a quarter of the budget. In between there is room. A
# customary choice is $\alpha = 2.5\,\epsilon / \text{steps}$.
#
# A figure like this belongs to every evaluation. If the curve still rises at its right end, the
# attack was stopped too early. The lecture has one network on which the largest step does best, and
# one on which it never arrives.
#
# ### Restarts
#
# One start may end on a small hill. Take several, and let an image count as broken if any of them
# breaks it.

# %%
broken = torch.zeros(len(probe), dtype=torch.bool)
left = [1 - broken.float().mean().item()]
for restart in range(5):
    moved = pgd(
        victim,
        probe.images,
        probe.labels,
        limit,
        step_size=limit / 4,
        steps=20,
        generator=torch.Generator().manual_seed(restart),
    )
    broken |= predict(victim, moved).argmax(dim=1) != probe.labels
    left.append(1 - broken.float().mean().item())
print("survivors after each restart:", ", ".join(f"{share:.0%}" for share in left[1:]))

# %% [markdown]
# The number can only fall, and soon hardly does. On a plain network the hills are alike, and one
# start is nearly enough; on a defended one the first few restarts often find a per cent or two.
