"""In the style of the course: a gradient of the summed loss, its sign, a clamp."""

# %% fgsm
def loss_gradient(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    x = images.detach().clone().requires_grad_()
    with evaluating(model):
        loss = F.cross_entropy(model(x), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
    return gradient


def fgsm(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    check_attack(images, labels, epsilon)
    step = epsilon * loss_gradient(model, images, labels).sign()
    return (images + step).clamp(0, 1).detach()


# %% attack_success_rate
def attack_success_rate(
    model: nn.Module, images: Tensor, adversarial: Tensor, labels: Tensor
) -> float:
    if images.shape != adversarial.shape or len(images) != len(labels):
        raise ValueError("images, adversarial images and labels do not fit together")
    with evaluating(model), torch.no_grad():
        right = model(images).argmax(dim=1) == labels
        fooled = right & (model(adversarial).argmax(dim=1) != labels)
    return fooled.sum().item() / right.sum().item() if right.any() else 0.0


# %% robustness_curve
def robustness_curve(
    model: nn.Module, images: Tensor, labels: Tensor, epsilons: Sequence[float]
) -> list[float]:
    for epsilon in epsilons:
        check_attack(images, labels, epsilon)
    direction = loss_gradient(model, images, labels).sign()
    return [
        accuracy(model, (images + epsilon * direction).clamp(0, 1), labels) for epsilon in epsilons
    ]
