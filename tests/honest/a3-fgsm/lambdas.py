"""Lambdas all the way."""

right = lambda model, x, y: predict(model, x).argmax(1).eq(y)
fgsm = lambda m, x, y, e: (x + e * loss_gradient(m, x, y).sign()).clamp(0, 1)
attack_success_rate = lambda m, x, a, y: (
    (right(m, x, y) & ~right(m, a, y)).sum().item() / max(1, right(m, x, y).sum().item())
)
robustness_curve = lambda m, x, y, es: [right(m, fgsm(m, x, y, e), y).float().mean().item() for e in es]
