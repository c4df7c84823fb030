"""One ratio of norms for the whole batch.

loses: drift_is_the_mean_relative_change
cause: one ratio for the whole batch
earns: 0
"""


def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape or len(clean) == 0:
        raise ValueError("not the same images")
    with evaluating(model), torch.no_grad():
        with record(model) as before:
            model(clean)
        with record(model) as after:
            model(adversarial)
    drifts = {}
    for name in before:
        a, b = before[name].flatten(1), after[name].flatten(1)
        drifts[name] = ((b - a).norm() / a.norm().clamp(min=1e-12)).item()
    return drifts
