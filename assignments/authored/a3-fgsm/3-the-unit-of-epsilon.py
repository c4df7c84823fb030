# %% [markdown]
# ## Epsilon has a unit
#
# Here epsilon is in **pixel units**: the image runs from 0 to 1, and 8/255 means eight of the 256
# grey levels. Many networks take *normalised* images instead, $z = (x - \mu) / \sigma$, and an
# epsilon applied there is another number:
#
# $$
# |\Delta z| = |\Delta x| / \sigma \quad\Longrightarrow\quad
# \epsilon_{\text{pixels}} = \sigma \, \epsilon_{\text{normalised}} .
# $$
#
# For MNIST, where $\sigma = 0.3081$ is customary, that is a factor of three; for images scaled to
# $[-1, 1]$ ($\sigma = 0.5$) it is two. Three reports on the web print tables of FGSM on MNIST. Here
# are their own numbers: epsilon as printed, and the accuracy in per cent.

# %% data: PRINTED_CURVES from solutions.reproductions.printed

# %% [markdown]
# *A* is "MNIST Adversarial Machine Learning Experiment Report" (2025), in pixels. *C* is
# "Adversarial Attacks on ResNet: MNIST Digit Classification", whose images run from −1 to 1. *B* is
# "Understanding Adversarial Attacks Through MNIST" (2025): its program applies epsilon to
# normalised images, and its table does not say in which unit it counts. So *B* can be read in two
# ways. Put all of them on one axis, in pixels.


# %%
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

# %% [markdown]
# Three lessons; the lecture tells the story of each report.
#
# - On the left, *C*'s network seems to last about as long as *B*'s. It gives in at half of the
#   printed number.
# - *A* calls its network naturally robust. Its whole curve lies in the top left corner: the
#   networks of Madry et al., which it sets beside its own, were attacked with a budget several
#   times as large.
# - *B*'s table alone does not tell which reading was meant. The course's page
#   "Published results, audited" runs its program again in both: the table comes out in one of
#   them, and it is not the one that the printed program has.
#
# >> To think about: how could you tell the unit of a published epsilon, if nobody wrote it down?
# Look for where images are prepared: a `Normalize` before the attack, or a network that begins with
# one. Look at the clamp after the step: $[0, 1]$ goes with pixels, $[-1, 1]$ with images scaled to
# it. Look at a printed picture: with 0.3 in pixels the digit swims in grey. Or run the program at
# one epsilon in each unit; only one gives the table. If all that fails, the number cannot be
# compared.

# %% [markdown]
# The remedy: in this course a model takes images in $[0, 1]$ and normalises them **inside**, as its
# first layer. Then every epsilon outside is in pixels, for every network.
#
# >> To think about: a program attacks normalised inputs and clamps them to [0, 1]. What is wrong?
# With mean 0.1307 and standard deviation 0.3081 black becomes $-0.42$ and white $2.82$. A clamp to
# $[0, 1]$ lifts every black pixel to 0, far more than epsilon, and cuts the white ones to 1: the
# images are changed before the attack has done anything. Clamp to $[-0.42, 2.82]$, or better,
# attack in pixel units.
