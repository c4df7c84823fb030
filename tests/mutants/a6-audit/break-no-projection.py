"""Lets the steps add up beyond epsilon.

loses: break_stays_in_the_budget

cause: back within epsilon
"""

def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    x = images
    for _ in range(20):
        x = x.detach().requires_grad_()
        loss = margin_loss(StraightThrough(defense)(x), labels).sum()
        (gradient,) = torch.autograd.grad(loss, x)
        x = (x.detach() + epsilon / 8 * gradient.sign()).clamp(0, 1)
    return x
