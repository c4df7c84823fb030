"""Shapes are compared by `assert`, which raises another error than was promised.

loses: drift_refuses_other_images
cause: promises a ValueError
"""


def activation_drift(model, clean, adversarial):
    assert clean.shape == adversarial.shape and len(clean) > 0
    with evaluating(model), torch.no_grad():
        with record(model) as before:
            model(clean)
        with record(model) as after:
            model(adversarial)
    drifts = {}
    for name in before:
        a, b = before[name].flatten(1), after[name].flatten(1)
        drifts[name] = ((b - a).norm(dim=1) / a.norm(dim=1).clamp(min=1e-12)).mean().item()
    return drifts
