"""Takes the margin of probabilities, and forgets the clean images in the worst case.

loses: margin_is_the_best_other_minus_the_true, worst_case_counts_the_clean_images_too,
       pgd_refuses_what_makes_no_sense, worst_case_refuses_what_makes_no_sense
"""

# %% pgd
def pgd(
    model, images, labels, epsilon, *, step_size, steps,
    random_start=True, generator=None, loss=cross_entropy
):
    x = images.clone()
    if random_start:
        x = x + torch.empty_like(x).uniform_(-epsilon, epsilon, generator=generator)
        x = x.clamp(0, 1)
    for _ in range(steps):
        x.requires_grad_()
        with evaluating(model):
            (g,) = torch.autograd.grad(loss(model(x), labels).sum(), x)
        moved = x.detach() + step_size * g.sign()
        x = (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)
    return x.detach()


# %% margin_loss
def margin_loss(logits, labels):
    p = logits.softmax(dim=1)
    true = p.gather(1, labels[:, None])
    others = p.scatter(1, labels[:, None], -1.0)
    return (others.amax(dim=1, keepdim=True) - true).squeeze(1)


# %% worst_case_accuracy
def worst_case_accuracy(model, images, labels, epsilon, attacks):
    safe = torch.ones(len(labels), dtype=torch.bool)
    for attack in attacks:
        x = attack(model, images, labels, epsilon)
        x = (images + (x - images).clamp(-epsilon, epsilon)).clamp(0, 1)
        safe &= predict(model, x).argmax(1) == labels
    return safe.float().mean().item()
