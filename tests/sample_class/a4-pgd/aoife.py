"""Counts the smallest of the single accuracies as the worst case.

student: o'neill, aoife
loses: worst_case_counts_the_survivors_of_all, pgd_refuses_what_makes_no_sense,
       margin_refuses_what_makes_no_sense
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
    true = logits.gather(1, labels[:, None])
    others = logits.scatter(1, labels[:, None], float("-inf"))
    return (others.max(dim=1, keepdim=True)[0] - true).squeeze(1)


# %% worst_case_accuracy
def worst_case_accuracy(model, images, labels, epsilon, attacks):
    found = [accuracy(model, images, labels)]
    for attack in attacks:
        x = attack(model, images, labels, epsilon)
        x = torch.max(torch.min(x, images + epsilon), images - epsilon).clamp(0, 1)
        found.append(accuracy(model, x, labels))
    return min(found)
