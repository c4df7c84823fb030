# %% [markdown]
# ## When it only looks like a defence
#
# The inner attack is most of the cost. Why not FGSM, one step instead of four? Train with the large
# budget and more epochs, and watch *while* the network learns: its accuracy under FGSM, which is
# the attack it trains on, and under PGD. A second network learns from FGSM with a random start and
# a step a little larger than epsilon, the cheap way out that Wong, Rice and Kolter (2020) propose.
# A third learns from PGD.

# %%
strong = min(max(0.2, 1.5 * limit), 3 * limit)
long = 2 * epochs
watched: dict[str, list[float]] = {}


def watching(
    title: str, perturb: Callable[[nn.Module, Tensor, Tensor, float], Tensor]
) -> Callable[[nn.Module, Tensor, Tensor, float], Tensor]:
    """The same, but note the accuracies in every second epoch."""
    lines = {attack: watched.setdefault(f"{title}, {attack}", []) for attack in ("FGSM", "PGD")}

    def perturb_and_look(
        model: nn.Module, batch: Tensor, targets: Tensor, fraction_done: float
    ) -> Tensor:
        if fraction_done >= len(lines["PGD"]) * 2 / long:
            lines["FGSM"].append(100 * under_attack(model, strong, 1))
            lines["PGD"].append(100 * under_attack(model, strong, 20))
        return perturb(model, batch, targets, fraction_done)

    return perturb_and_look


one_step = attacked_with(strong, 1, part=1.0, random_start=False)
one_random = attacked_with(strong, 1, part=1.25)
rivals = {
    "FGSM": trained("FGSM", watching("FGSM-trained", one_step), strong, long),
    "FGSM, random start": trained("FGSM, random start", one_random, strong, long),
}

# %%
figure = attack_plots.convergence(
    watched,
    x_label="Every second epoch",
    y_label="Accuracy (%)",
    title="Trained on FGSM: what a test with FGSM sees, and what PGD sees",
)
print(plots.alt_text(figure))
figure

# %%
rivals["PGD"] = trained("PGD", attacked_with(strong, 4), strong, long)

# %% [markdown]
# Whoever tests with FGSM alone would be pleased with the first network: it was cheaper and seems as
# good. Under PGD it falls apart, and the figure shows it coming: one line climbs on, the other does
# not follow.
#
# The network has learned to be right at the corner where *FGSM arrives*, not around each image.
# This is **catastrophic overfitting**: accuracy under the training attack stays or rises while
# accuracy under a stronger attack falls. The lecture lists its signs.
#
# Two remedies, both measured above. The random start costs nothing, and goes a part of the way.
# Several steps go further, at several times the price. Here are all three over a range of epsilons.
# The gap between the first two lines is what a test with FGSM alone hides.

# %%
far = [step * strong / 4 for step in range(6)]
lines = {"trained on FGSM, under FGSM": [under_attack(rivals["FGSM"], each, 1) for each in far]}
for title, network in rivals.items():
    lines[f"trained on {title}, under PGD"] = [under_attack(network, each, 20) for each in far]
figure = plots.robustness_curve(far, lines, chance=1 / data.num_classes)
print(plots.alt_text(figure))
figure

# %% [markdown]
# >> To think about: PGD found what FGSM missed. Does PGD miss something too?
# It may. Every attack gives an upper bound on robust accuracy. Hence the habits of careful reports:
# more steps and restarts until the number stops falling, the margin of assignment 4, an attack
# without gradients, one designed against this very defence, and the worst case over all of them for
# each image. A guarantee takes another kind of argument, a certificate, which says that *no* change
# within the budget can matter.
