"""The inner attack starts where the divergence has no gradient.

loses: trades_training_makes_it_robust
cause: stands still at the image
"""


def most_different(model, images, epsilon, steps, generator):
    moved = images.clone()
    with evaluating(model):
        clean = F.log_softmax(model(images), dim=1).detach()
        for _ in range(steps):
            moved = moved.detach().requires_grad_()
            answers = F.log_softmax(model(moved), dim=1)
            different = F.kl_div(answers, clean, reduction="sum", log_target=True)
            (gradient,) = torch.autograd.grad(different, moved)
            moved = project(images, moved.detach() + epsilon / 2 * gradient.sign(), epsilon)
    return moved
