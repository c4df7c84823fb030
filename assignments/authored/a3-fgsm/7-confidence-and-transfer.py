# %% [markdown]
# ## How sure is it, and what does it say instead?
#
# Could one spot the attacked images by the network's own doubt? Compare how sure it is of the
# answers it gives.

# %%
figure = plots.confidence_histograms(
    confidence(victim, data.test.images), confidence(victim, adversarial_test)
)
print(plots.alt_text(figure))
figure

# %%
sure = confidence(victim, adversarial_test) > 0.9
fooled = predict(victim, adversarial_test).argmax(dim=1) != data.test.labels
wrong_though_sure = (fooled & sure).sum().item() / max(1, sure.sum().item())
print(f"of the answers under attack that are over 90 % sure, {wrong_though_sure:.0%} are wrong")

# %% [markdown]
# The two heaps overlap. A threshold on confidence would lose many clean images and still let
# attacked ones through, and this attacker did not even try to look confident.
#
# The confusion matrix says what the wrong answers are. Rows are true classes, columns answers.

# %%
answers = predict(victim, data.test.images).argmax(dim=1)
answers_attacked = predict(victim, adversarial_test).argmax(dim=1)
figure = plots.confusion_matrices(
    confusion_matrix(data.test.labels, answers, data.num_classes),
    confusion_matrix(data.test.labels, answers_attacked, data.num_classes),
    data.classes,
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The wrong answers are not spread evenly. The attack pushes each class towards the neighbour that
# is easiest to reach, so a few columns fill up.

# %% [markdown]
# ## Does it work on a network it never saw?
#
# So far the attacker knew everything. Now let the attacker train a network of their own on images
# of the same kind, attack *that*, and send the result to yours. Such a **transfer** needs neither
# your weights nor a single answer of your network (Papernot, McDaniel and Goodfellow, 2016). Before
# you run it, guess: which of the three networks below is hurt most by images made for the victim?

# %%
others = {
    "the victim itself": victim,
    "same layers, other start": build("strided-cnn", seed=1, **data.sizes),
    "other layers": build("tiny-cnn", seed=2, **data.sizes),
    "linear": linear,
}
for stranger in (others["same layers, other start"], others["other layers"]):
    fit(stranger, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
slopes = loss_gradient(victim, data.test.images, data.test.labels).sign()
transfer = {
    title: [
        accuracy(network, (data.test.images + each * slopes).clamp(0, 1), data.test.labels)
        for each in grid
    ]
    for title, network in others.items()
}
own = {
    title: robustness_curve(network, data.test.images, data.test.labels, [limit])[0]
    for title, network in others.items()
}
for title, line in transfer.items():
    print(f"{title:26} clean {line[0]:6.1%}, attacked {line[4]:6.1%}, own FGSM {own[title]:6.1%}")

# %%
figure = plots.robustness_curve(
    grid,
    {**transfer, "the victim, random signs": noise_curve},
    chance=1 / data.num_classes,
    title="Images made against one network, shown to others",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The images hurt networks that had no part in making them, far more than random signs do: all of
# them learned from the same images, so they lean on the same strokes. And they hurt less than an
# attack on the network itself, which is the last column. Keeping the weights secret helps a little,
# against an attacker who does not try again; it is no defence to rely on.
#
# >> To think about: a report attacks its network with images made for another. What did it measure?
# How much an attacker gets without looking, which is a threat model of its own, and a weak one. As
# a measure of robustness it is an upper bound that hardly binds: the white-box number can only be
# lower. It is useful as an alarm. If transferred images hurt *more* than a network's own gradient
# does, that gradient is broken or hidden.

# %% [markdown]
# ## What you can now do
#
# - Say what an attacker may do before you say what a network withstands.
# - Derive FGSM from a linear model, and write it so that it leaves everything else untouched.
# - Bring an epsilon to pixel units, and doubt a curve without a unit.
# - Tell success rate and accuracy apart, and draw a curve with one gradient, intervals and a
#   control.
# - Try an attack on a network that it was not made for, and say what that shows.
#
# One step is the weakest attack worth the name. That a network withstands it proves little:
# assignment 4 repeats the step, and assignment 5 trains networks against it.
