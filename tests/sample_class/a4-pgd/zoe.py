"""Forgets requires_grad, so that the gradient raises an error; the margin is right.

student: zoë
status: CRASH
loses: pgd_returns_images, worst_case_counts_the_survivors_of_all,
       margin_refuses_what_makes_no_sense
"""

# %% pgd
def pgd(
    model, images, labels, epsilon, *, step_size, steps,
    random_start=True, generator=None, loss=cross_entropy
):
    x = images
    for _ in range(steps):
        gradient = torch.autograd.grad(loss(model(x), labels).sum(), x)[0]
        x = (x + step_size * gradient.sign()).clamp(0, 1)
    return x


# %% margin_loss
def margin_loss(logits, labels):
    true = logits.gather(1, labels[:, None])
    others = logits.scatter(1, labels[:, None], float("-inf"))
    return (others.max(dim=1, keepdim=True)[0] - true).squeeze(1)


# %% worst_case_accuracy
def worst_case_accuracy(model, images, labels, epsilon, attacks):
    genauigkeiten = []
    for attack in attacks:
        x = attack(model, images, labels, epsilon)
        genauigkeiten.append(accuracy(model, x, labels))
    return sum(genauigkeiten) / len(genauigkeiten)
