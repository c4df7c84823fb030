"""Passes everything on by **options to a function of another name."""


def iterate(model, x, y, eps, alpha, n, start, loss):
    point = start
    for _ in range(int(n)):
        leaf = point.detach().requires_grad_()
        with evaluating(model):
            (slope,) = torch.autograd.grad(loss(model(leaf), y).sum(), leaf)
        point = project(x, point + alpha * slope.sign(), eps)
    return point


def pgd(model, images, labels, epsilon, **options):
    check_attack(images, labels, epsilon)
    if options["step_size"] < 0 or options["steps"] < 0:
        raise ValueError("step_size and steps must be 0 or more")
    noise = torch.zeros_like(images)
    if options.get("random_start", True):
        noise.uniform_(-epsilon, epsilon, generator=options.get("generator"))
    start = project(images, images + noise, epsilon)
    size, steps = options["step_size"], options["steps"]
    loss = options.get("loss", cross_entropy)
    return iterate(model, images, labels, epsilon, size, steps, start, loss)
