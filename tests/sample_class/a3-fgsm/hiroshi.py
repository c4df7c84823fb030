"""Reads epsilon as a step from 0 to 255, so the attack is 255 times too small.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network,
       curve_is_the_accuracy_at_each_epsilon, fgsm_refuses_what_makes_no_sense,
       success_rate_refuses_what_makes_no_sense
"""

# %%
# 画素は 0 から 255 まで
TO_BYTES = 255.0

# %% fgsm
def fgsm(model, images, labels, epsilon):
    x = images.detach().clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
    attacked = images * TO_BYTES + epsilon * gradient.sign()
    return (attacked / TO_BYTES).clamp(0, 1)


# %% attack_success_rate
def attack_success_rate(model, images, adversarial, labels):
    with evaluating(model), torch.no_grad():
        right_before = model(images).argmax(dim=1) == labels
        right_after = model(adversarial).argmax(dim=1) == labels
    if not right_before.any():
        return 0.0
    return 1 - (right_before & right_after).sum().item() / right_before.sum().item()


# %% robustness_curve
def robustness_curve(model, images, labels, epsilons):
    return [accuracy(model, fgsm(model, images, labels, e), labels) for e in epsilons]
