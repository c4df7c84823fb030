# %% [markdown]
# ## What to count
#
# To judge the *attack*, and not the network, leave out the images that were wrong anyway:
#
# $$\text{success rate} = \frac{\text{right before and wrong after}}{\text{right before}} .$$
#
# If a network is right on 60 of 100 images, and after the attack on 30 of those, the success rate
# is 30 of 60, or 50 %. It is not the 70 % of "100 % minus accuracy".

# %% [markdown] card: attack_success_rate
# difficulty: 1
# minutes: 10
# needs: `argmax` and boolean tensors, which combine with `&`.
# gets: the number that tells how good an attack is, separate from how good the network is.


# %% stub: attack_success_rate from solutions.fgsm
def attack_success_rate(
    model: nn.Module, images: Tensor, adversarial: Tensor, labels: Tensor
) -> float:
    """Return the fraction of the correctly classified images that the attack turned wrong.

    Args:
        model: takes images, returns logits; left as it was.
        images: (n, C, H, W) in [0, 1], before the attack.
        adversarial: the same images in the same order, after it.
        labels: (n,), the true classes, int64.

    Returns:
        A Python float in [0, 1]. If the model was right on no image, there was nothing to
        turn: 0.0.

    Raises:
        ValueError: images and adversarial differ in shape, or there is not one label per image.
    """
    # 1. Refuse shapes that do not fit.
    # 2. In evaluation mode and without gradients: which images were right before?
    # 3. Which are wrong after?
    # 4. Divide the number that are both by the number that were right before (mind 0 of 0).


# %% [markdown]
# >> Hint 1: where to begin
# Write the two boolean tensors first, `(n,)` each: `right_before` and `wrong_after`. Print their
# sums.
#
# >> Hint 2: the idea
# The denominator is the number that were right *before*, not `len(images)`. An image that was wrong
# before belongs in neither count, even if the attack happens to make it right.
#
# >> Hint 3: nearly the code
# `(right_before & wrong_after).sum() / right_before.sum()` is a tensor; wrap counts in `int(...)`
# to divide Python numbers. Test `if not right_before.any()` first.

# %% check: attack_success_rate

# %%
adversarial_test = fgsm(victim, data.test.images, data.test.labels, limit)
accuracy_attacked = accuracy(victim, adversarial_test, data.test.labels)
rate = attack_success_rate(victim, data.test.images, adversarial_test, data.test.labels)
print(f"accuracy: clean {clean_accuracy:.1%}, under FGSM {accuracy_attacked:.1%}")
print(f"success rate of FGSM at epsilon {limit:.3g}: {rate:.1%}")
