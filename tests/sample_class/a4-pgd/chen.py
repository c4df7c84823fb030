"""Bounds for each pixel before the loop, the margin by the two largest logits, one all() at the end.

loses: pgd_refuses_what_makes_no_sense, margin_refuses_what_makes_no_sense,
       worst_case_refuses_what_makes_no_sense
saved as: notebook with BOM
"""

# %% pgd
def pgd(
    model, images, labels, epsilon, *, step_size, steps,
    random_start=True, generator=None, loss=cross_entropy
):
    low = torch.clamp(images - epsilon, min=0)
    high = torch.clamp(images + epsilon, max=1)
    x = images.detach().clone()
    if random_start:
        x += epsilon * (2 * torch.rand(x.shape, generator=generator) - 1)
        x = torch.minimum(torch.maximum(x, low), high)
    with evaluating(model):
        for _ in range(steps):
            x = x.detach().requires_grad_(True)
            g = torch.autograd.grad(loss(model(x), labels).sum(), x)[0]
            x = torch.minimum(torch.maximum(x.detach() + step_size * g.sign(), low), high)
    return x


# %% margin_loss
def margin_loss(logits, labels):
    values, classes = logits.topk(2, dim=1)
    other = torch.where(classes[:, 0] == labels, values[:, 1], values[:, 0])
    return other - logits[torch.arange(len(logits)), labels]


# %% worst_case_accuracy
def worst_case_accuracy(model, images, labels, epsilon, attacks):
    tried = [images] + [attack(model, images, labels, epsilon) for attack in attacks]
    tried = [images + (x - images).clamp(-epsilon, epsilon) for x in tried]
    right = torch.stack([predict(model, x.clamp(0, 1)).argmax(1) == labels for x in tried])
    return float(right.all(dim=0).double().mean())
