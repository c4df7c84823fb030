"""Adds the gradient itself, scaled to epsilon, and not its sign.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network, fgsm_refuses_what_makes_no_sense,
       success_rate_refuses_what_makes_no_sense, curve_refuses_what_makes_no_sense
"""

# %% fgsm
def fgsm(model, images, labels, epsilon):
    x = images.detach().clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x), labels)
        (gradient,) = torch.autograd.grad(loss, x)
    largest = gradient.abs().amax(dim=(1, 2, 3), keepdim=True)
    perturbation = epsilon * gradient / (largest + 1e-12)
    return (images + perturbation).clamp(0, 1)


# %% attack_success_rate
def attack_success_rate(model, images, adversarial, labels):
    with evaluating(model), torch.no_grad():
        before = model(images).argmax(dim=1)
        after = model(adversarial).argmax(dim=1)
    hits = (before == labels).sum().item()
    lost = ((before == labels) & (after != labels)).sum().item()
    return lost / hits if hits else 0.0


# %% robustness_curve
def robustness_curve(model, images, labels, epsilons):
    curve = []
    for epsilon in epsilons:
        curve.append(accuracy(model, fgsm(model, images, labels, epsilon), labels))
    return curve
