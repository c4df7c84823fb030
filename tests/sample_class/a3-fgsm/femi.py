"""Attacks and counts, and leaves the curve for another day.

loses: curve_is_the_accuracy_at_each_epsilon, success_rate_refuses_what_makes_no_sense
"""

# %% fgsm
def uphill(network, pictures, truth):
    pictures = pictures.detach().requires_grad_(True)
    with evaluating(network):
        surprise = -F.log_softmax(network(pictures), 1)[torch.arange(len(truth)), truth]
    return torch.autograd.grad(surprise, pictures, torch.ones_like(surprise))[0]


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    moved = images.clone()
    slope = uphill(model, moved, labels)
    moved = torch.where(slope > 0, images + epsilon, torch.where(slope < 0, images - epsilon, images))
    return torch.minimum(torch.maximum(moved, torch.zeros(())), torch.ones(()))


# %% attack_success_rate
def attack_success_rate(model, images, adversarial, labels):
    ok = [int(a) == int(b) for a, b in zip(predict(model, images).argmax(1), labels)]
    now = predict(model, adversarial).argmax(1).tolist()
    fooled = [guess != int(label) for good, guess, label in zip(ok, now, labels) if good]
    return sum(fooled) / len(fooled) if fooled else 0.0
