"""In the style of the course: a projection of its own, autograd.grad, booleans combined.

loses: margin_refuses_what_makes_no_sense
"""

# %% pgd
def project(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    change = (moved - images).clamp(-epsilon, epsilon)
    return (images + change).clamp(0, 1)


def pgd(
    model, images, labels, epsilon, *, step_size, steps,
    random_start=True, generator=None, loss=cross_entropy
):
    check_attack(images, labels, epsilon)
    if not step_size >= 0 or steps < 0:
        raise ValueError("step_size and steps must not be negative")
    point = images.detach().clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        point = project(images, images + noise, epsilon)
    with evaluating(model):
        for _ in range(steps):
            point = point.detach().requires_grad_()
            total = loss(model(point), labels).sum()
            (gradient,) = torch.autograd.grad(total, point)
            point = project(images, point.detach() + step_size * gradient.sign(), epsilon)
    return point.detach()


# %% margin_loss
def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    is_true = F.one_hot(labels, logits.shape[1]).bool()
    return logits.masked_fill(is_true, float("-inf")).amax(dim=1) - logits[is_true]


# %% worst_case_accuracy
def worst_case_accuracy(model, images, labels, epsilon, attacks) -> float:
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("no images")
    survived = predict(model, images).argmax(dim=1) == labels
    for attack in attacks:
        attacked = project(images, attack(model, images, labels, epsilon), epsilon)
        survived &= predict(model, attacked).argmax(dim=1) == labels
    return survived.float().mean().item()
