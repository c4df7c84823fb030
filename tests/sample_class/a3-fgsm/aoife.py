"""Divides the fooled by all images, and attacks each point of the curve from the one before.

student: o'neill, aoife
loses: success_rate_counts_the_fooled, curve_is_the_accuracy_at_each_epsilon,
       fgsm_refuses_what_makes_no_sense
"""

# %% fgsm
def fgsm(model, images, labels, epsilon):
    x = images.detach().clone()
    x.requires_grad_(True)
    with evaluating(model):
        loss = nn.CrossEntropyLoss(reduction="sum")(model(x), labels)
        g = torch.autograd.grad(loss, [x])[0]
    return torch.clamp(images + epsilon * g.sign(), 0, 1)


# %% attack_success_rate
def attack_success_rate(model, images, adversarial, labels):
    with evaluating(model), torch.no_grad():
        before = model(images).argmax(dim=1) == labels
        after = model(adversarial).argmax(dim=1) == labels
    return (before & ~after).float().mean().item()


# %% robustness_curve
def robustness_curve(model, images, labels, epsilons):
    curve = []
    for epsilon in epsilons:
        images = fgsm(model, images, labels, epsilon)
        curve.append(accuracy(model, images, labels))
    return curve
