"""loss.backward() on a leaf; the weights' gradients are cleared afterwards."""


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None,
    loss=cross_entropy,
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    was_training = model.training
    model.eval()
    delta = torch.zeros_like(images)
    if random_start:
        delta.uniform_(-epsilon, epsilon, generator=generator)
        delta = (images + delta).clamp(0, 1) - images
    for _ in range(steps):
        delta = delta.detach().requires_grad_()
        loss(model(images + delta), labels).sum().backward()
        with torch.no_grad():
            delta = (delta + step_size * delta.grad.sign()).clamp(-epsilon, epsilon)
            delta = (images + delta).clamp(0, 1) - images
    model.zero_grad(set_to_none=True)
    model.train(was_training)
    return (images + delta).detach().clamp(0, 1)
