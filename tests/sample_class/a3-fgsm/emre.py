"""Forgets the clamp in the attack, so that pixels leave [0, 1], and thinks of it in the curve.

loses: fgsm_stays_in_range, success_rate_refuses_what_makes_no_sense
"""

# %% fgsm
def loss_gradient(model, images, labels):
    x = images.detach().clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x), labels, reduction="sum")
        return torch.autograd.grad(loss, x)[0]


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return images + epsilon * loss_gradient(model, images, labels).sign()


# %% attack_success_rate
def attack_success_rate(model, images, adversarial, labels):
    right = predict(model, images).argmax(1) == labels
    wrong = predict(model, adversarial).argmax(1) != labels
    return (right & wrong).sum().item() / max(1, right.sum().item())


# %% robustness_curve
def robustness_curve(model, images, labels, epsilons):
    attacked = [fgsm(model, images, labels, e).clamp(0, 1) for e in epsilons]
    return [accuracy(model, x, labels) for x in attacked]
