"""The outputs are not flattened: a length is taken at each place of a map.

loses: drift_is_the_mean_relative_change
cause: not flattened
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
        a, b = before[name], after[name]
        drifts[name] = ((b - a).norm(dim=1) / a.norm(dim=1).clamp(min=1e-12)).mean().item()
    return drifts
