"""The mean gradient over noisy copies as the defence sees them, in place of that of the rounding."""


def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    x = images.clone()
    best = images.clone()
    with evaluating(defense):
        for _ in range(30):
            total = torch.zeros_like(x)
            for _ in range(3):
                noisy = x + epsilon / 4 * torch.randn_like(x)
                seen = defense.transform(noisy).detach().requires_grad_()
                loss = margin_loss(defense.model(seen), labels).sum()
                total += torch.autograd.grad(loss, seen)[0]
            x = project(images, x + epsilon / 8 * total.sign(), epsilon)
            with torch.no_grad():
                broken = defense(x).argmax(dim=1) != labels
            best[broken] = x[broken]
    return best
