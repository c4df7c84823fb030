"""backward() fills the weights' gradients.

loses: targeted_leaves_no_trace
cause: fills the gradients of the weights
"""


def targeted_pgd(model, images, targets, epsilon, *, step_size, steps):
    point = images.clone()
    for _ in range(steps):
        point = point.detach().requires_grad_()
        with evaluating(model):
            F.cross_entropy(model(point), targets, reduction="sum").backward()
        point = project(images, point.detach() - step_size * point.grad.sign(), epsilon)
    return point
