"""Calls backward() and leaves the gradients on the weights.

loses: evaluate_uses_the_model_in_eval_mode
cause: fills the gradients of the weights
earns: 7
"""

def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for loss in (cross_entropy, margin_loss):
        x = images.clone()
        for _ in range(24):
            x = x.detach().requires_grad_()
            with evaluating(on_pixels):
                loss(on_pixels(x), labels).sum().backward()
            x = project(images, x.detach() + epsilon / 8 * x.grad.sign(), epsilon)
        survived &= predict(on_pixels, x).argmax(dim=1) == labels
    return survived.double().mean().item()
