"""Passes everything on by **options to a function of another name."""


def iterate(model, x, y, eps, alpha, n, start):
    point = start
    for _ in range(int(n)):
        point = project(x, point + alpha * loss_gradient(model, point, y).sign(), eps)
    return point


def pgd(model, images, labels, epsilon, **options):
    noise = torch.zeros_like(images)
    if options.get("random_start", True):
        noise.uniform_(-epsilon, epsilon, generator=options.get("generator"))
    start = project(images, images + noise, epsilon)
    return iterate(
        model, images, labels, epsilon, options["step_size"], options["steps"], start
    )
