"""Forgets requires_grad, so that backward() raises an error; the success rate is right.

student: zoë
status: CRASH
loses: fgsm_returns_images, curve_is_the_accuracy_at_each_epsilon,
       success_rate_refuses_what_makes_no_sense
"""

# %% fgsm
def fgsm(model, images, labels, epsilon):
    model.eval()
    loss = F.cross_entropy(model(images), labels)
    gradient = torch.autograd.grad(loss, images)[0]
    return (images + epsilon * gradient.sign()).clamp(0, 1)


# %% attack_success_rate
def attack_success_rate(model, images, adversarial, labels):
    model.eval()
    with torch.no_grad():
        vorher = model(images).argmax(dim=1) == labels
        nachher = model(adversarial).argmax(dim=1) == labels
    if vorher.sum() == 0:
        return 0.0  # nichts zu täuschen
    return ((vorher & ~nachher).sum() / vorher.sum()).item()


# %% robustness_curve
def robustness_curve(model, images, labels, epsilons):
    return [accuracy(model, fgsm(model, images, labels, e), labels) for e in epsilons]
