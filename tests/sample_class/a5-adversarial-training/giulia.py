"""In the style of the course: four steps of PGD, epsilon and learning rate on a schedule."""

# %%
def attack(model, images, labels, epsilon, steps, generator):
    """PGD from a random start, with steps of epsilon / 2."""
    noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
    point = (images + noise).clamp(0, 1)
    with evaluating(model):
        for _ in range(steps):
            point.requires_grad_()
            loss = F.cross_entropy(model(point), labels, reduction="sum")
            (gradient,) = torch.autograd.grad(loss, point)
            moved = point.detach() + epsilon / 2 * gradient.sign()
            point = (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)
    return point


# %% adversarial_train
def adversarial_train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epsilon: float,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError("one label per image, and at least one image")
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters())
    total = epochs * math.ceil(len(images) / batch_size)
    done = 0
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    losses = []
    for _ in range(epochs):
        added = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            reach = epsilon * min(1, 2 * done / total)
            optimizer.param_groups[0]["lr"] = 0.004 * min(1, 2 - 2 * done / total)
            worst = attack(model, images[batch], labels[batch], reach, 4, generator)
            loss = F.cross_entropy(model(worst), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            added += loss.item() * len(batch)
            done += 1
        losses.append(added / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
