"""Puts the model in eval mode and leaves it there.

loses: evaluate_uses_the_model_in_eval_mode
cause: left another mode behind
earns: 7
"""

honest = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    model.eval()
    return honest(model, images, labels, epsilon, mean, std)
