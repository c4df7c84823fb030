# %% [markdown]
# ## Dead units
#
# A unit behind a ReLU is **dead** if it is off for every image. Its gradient is 0 then, so training
# on these images no longer moves its weights. One large step can push a bias so low that no image
# of the data reaches the unit again. `zero_fraction` gives a first sign; to name the dead, count
# for each unit on how many images it is on.


# %%
def share_on(network: nn.Module, layer: str) -> list[float]:
    """For each unit of a layer the share of the test images for which it is on."""
    with evaluating(network), torch.no_grad(), record(network, [layer]) as outputs:
        network(data.test.images)
    return (outputs[layer].flatten(1) > 0).float().mean(dim=0).tolist()


activity = {}
for rate in (0.005, 0.05):
    trained = build("strided-cnn", seed=0, **data.sizes)
    recipe = Recipe(epochs=budget(PROFILE).cnn_epochs, batch_size=64, learning_rate=rate, seed=0)
    fit(trained, data.train.images, data.train.labels, recipe)
    right = accuracy(trained, data.test.images, data.test.labels)
    activity[f"learning rate {rate}"] = share_on(trained, "relu2")
    dead = sum(share == 0 for share in activity[f"learning rate {rate}"])
    print(f"learning rate {rate}: {right:.1%} right, {dead} units of relu2 never on")

# %%
title = "Ten times the learning rate: more units of relu2 never on"
figure = activation_plots.unit_activity(activity, title=title)
print(plots.alt_text(figure))
figure

# %% [markdown]
# With the larger steps far more units are dead, and the accuracy alone would hardly have told you:
# the network has units to spare. Some are dead in the first network too. Here images have black
# borders, where a unit sees nothing but its own bias.
#
# >> To think about: "off for every test image" was measured. Could an attacker wake a dead unit?
# Yes: being dead is a property of the unit *and the images*. An attacked image is not one of those
# it was measured on, and may reach a unit that no natural image reaches. Units that are on for
# attacked images only are one of the signs that detectors look for.
