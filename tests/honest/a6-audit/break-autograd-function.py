"""Rounds forwards and passes the gradient straight through backwards, by a Function of its own."""


class Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, defense):
        return defense.transform(x)

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def break_defense(defense, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    best = images.detach().clone()
    for _ in range(3):
        x = project(images, images + epsilon * (2 * torch.rand_like(images) - 1), epsilon)
        for _ in range(20):
            x = x.detach().requires_grad_()
            with evaluating(defense):
                logits = defense.model(Straight.apply(x, defense))
                (gradient,) = torch.autograd.grad(margin_loss(logits, labels).sum(), x)
            x = project(images, x.detach() + epsilon / 8 * gradient.sign(), epsilon)
        wrong = predict(defense, x).argmax(1).ne(labels).view(-1, 1, 1, 1)
        best = torch.where(wrong, x, best)
    return best
