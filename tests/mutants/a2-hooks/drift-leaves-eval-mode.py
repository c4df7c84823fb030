"""The network is put in eval mode and left there.

loses: drift_is_measured_in_eval_mode, drift_leaves_no_trace
cause: not put back
"""


def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape or len(clean) == 0:
        raise ValueError("not the same images")
    before, after, handles = {}, {}, []
    for name, module in watched_modules(model, None).items():

        def hook(module, inputs, output, name=name):
            kept[name] = output.clone()

        handles.append(module.register_forward_hook(hook))
    model.eval()
    with torch.no_grad():
        kept = before
        model(clean)
        kept = after
        model(adversarial)
    for handle in handles:
        handle.remove()
    drifts = {}
    for name in before:
        a, b = before[name].flatten(1), after[name].flatten(1)
        drifts[name] = ((b - a).norm(dim=1) / a.norm(dim=1).clamp(min=1e-12)).mean().item()
    return drifts
