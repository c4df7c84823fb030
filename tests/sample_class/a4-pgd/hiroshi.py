"""Chooses the step size himself, and never starts at random.

loses: pgd_takes_the_steps_it_is_told, pgd_looks_again_at_each_step, pgd_starts_at_random,
       pgd_refuses_what_makes_no_sense, margin_refuses_what_makes_no_sense,
       worst_case_refuses_what_makes_no_sense
"""

# %% pgd
def pgd(
    model, images, labels, epsilon, *, step_size, steps,
    random_start=True, generator=None, loss=cross_entropy
):
    x = images.clone()
    step = 2.5 * epsilon / max(steps, 1)  # 自分で決める
    for _ in range(steps):
        x.requires_grad_()
        with evaluating(model):
            (g,) = torch.autograd.grad(loss(model(x), labels).sum(), x)
        moved = x.detach() + step * g.sign()
        x = (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)
    return x.detach()


# %% margin_loss
def margin_loss(logits, labels):
    true = logits.gather(1, labels[:, None])
    others = logits.scatter(1, labels[:, None], float("-inf"))
    return (others.max(dim=1, keepdim=True)[0] - true).squeeze(1)


# %% worst_case_accuracy
def worst_case_accuracy(model, images, labels, epsilon, attacks):
    safe = predict(model, images).argmax(1) == labels
    for attack in attacks:
        x = attack(model, images, labels, epsilon)
        x = (images + (x - images).clamp(-epsilon, epsilon)).clamp(0, 1)
        safe = safe & (predict(model, x).argmax(1) == labels)
    return safe.double().mean().item()
