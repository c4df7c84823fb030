"""Leaves an image alone as soon as the defence is wrong about it, and stops when none is left."""


def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    result = images.clone()
    for loss in (margin_loss, cross_entropy, margin_loss):
        todo = (predict(defense, result).argmax(dim=1) == labels).nonzero().flatten()
        if len(todo) == 0:
            break
        base, y = images[todo], labels[todo]
        x = project(base, base + torch.empty_like(base).uniform_(-epsilon, epsilon), epsilon)
        for _ in range(40):
            seen = defense.transform(x).detach().requires_grad_()
            with evaluating(defense):
                (gradient,) = torch.autograd.grad(loss(defense.model(seen), y).sum(), seen)
            x = project(base, x + epsilon / 8 * gradient.sign(), epsilon)
            done = predict(defense, x).argmax(dim=1) != y
            result[todo[done]] = x[done]
            todo, base, x, y = todo[~done], base[~done], x[~done], y[~done]
            if len(todo) == 0:
                break
    return result
