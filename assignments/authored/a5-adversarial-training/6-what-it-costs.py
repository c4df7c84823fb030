# %% [markdown]
# ## What it costs
#
# First the time: each step of the inner attack is a forward and a backward pass, like the training
# step itself. So one step should cost about twice the time of plain training, and four steps about
# five times. Does it?

# %%
histories["plain training"] = plain_run
seconds = {title: each.seconds / len(each.loss) for title, each in histories.items()}
for title, each in sorted(seconds.items(), key=lambda item: item[1]):
    print(f"{title:20} {each:6.2f} s an epoch, {each / seconds['plain training']:4.1f} times plain")

# %% [markdown]
# Somewhat less, since the inner attack needs no gradient of the weights; and the times above
# contain whatever else your machine was doing. "FGSM" contains the looks at its accuracy, too.
#
# Now the clean accuracy. The budget you train for decides how much is paid. Train for several (two
# of the networks are there already), and compare the clean accuracy with the one under PGD, at the
# budget that matters to you.

# %%
candidates = {0.0: plain, limit / 2: fresh_network(), limit: robust, 2 * limit: fresh_network()}
for trained_for in (limit / 2, 2 * limit):
    adversarial_train(
        candidates[trained_for],
        data.train.images,
        data.train.labels,
        epsilon=trained_for,
        epochs=epochs,
    )
budgets = list(candidates)
clean_line, robust_line = [], []
for trained_for, candidate in candidates.items():
    clean_line.append(accuracy(candidate, probe.images, probe.labels))
    robust_line.append(under_attack(candidate, limit, 20))
    print(f"for {trained_for:.3f}: clean {clean_line[-1]:.1%}, under PGD {robust_line[-1]:.1%}")

# %%
figure = plots.robustness_curve(
    budgets,
    {"clean images": clean_line, f"under PGD at {limit:.3g}": robust_line},
    x_label="epsilon trained for (pixel units)",
    title="More robust, up to a point, and less accurate",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# To the left, robustness is cheap: it rises steeply, and the clean accuracy hardly notices. To the
# right, it levels off while the clean accuracy goes on falling. Where to stop depends on what a
# wrong answer costs, how often anybody attacks, and what they may do. Differences of a few images
# between neighbouring points are within the noise of one training run.

# %% [markdown]
# ## What you can now do
#
# - Write training against an attacker as a minimum of maxima, and say why a step at the worst
#   images is the right step.
# - Train a network that withstands PGD up to a stated budget, and notice when a run has collapsed
#   to one class.
# - Tell a defence from something that has only learned its own training attack.
# - Draw the trade-off, and leave the choice to those who bear the cost.
