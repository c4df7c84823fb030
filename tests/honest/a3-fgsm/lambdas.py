"""Lambdas all the way, but for what refuses."""


def sound(*cases):
    for case in cases:
        check_attack(*case)
    return True


def fitting(x, a, y):
    if x.shape != a.shape or len(x) != len(y):
        raise ValueError("images, attacked images and labels do not fit together")
    return True


right = lambda model, x, y: predict(model, x).argmax(1).eq(y)
fgsm = lambda m, x, y, e: (
    sound((x, y, e)) and (x + e * loss_gradient(m, x, y).sign()).clamp(0, 1)
)
attack_success_rate = lambda m, x, a, y: fitting(x, a, y) and (
    (right(m, x, y) & ~right(m, a, y)).sum().item() / max(1, right(m, x, y).sum().item())
)
robustness_curve = lambda m, x, y, es: sound(*((x, y, e) for e in es)) and [
    right(m, fgsm(m, x, y, e), y).float().mean().item() for e in es
]
