"""Both runs fill the same dictionary, so that nothing seems to change.

loses: drift_is_the_mean_relative_change
cause: no change at all
earns: 0
"""


def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape or len(clean) == 0:
        raise ValueError("not the same images")
    with evaluating(model), torch.no_grad():
        with record(model) as before:
            model(clean)
            model(adversarial)
    after = before
    drifts = {}
    for name in before:
        a, b = before[name].flatten(1), after[name].flatten(1)
        drifts[name] = ((b - a).norm(dim=1) / a.norm(dim=1).clamp(min=1e-12)).mean().item()
    return drifts
