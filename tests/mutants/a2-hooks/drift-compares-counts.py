"""Only the numbers of images are compared, not their sizes.

loses: drift_refuses_other_images
cause: promises a ValueError
"""


def activation_drift(model, clean, adversarial):
    if len(clean) != len(adversarial) or len(clean) == 0:
        raise ValueError("other images")
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
