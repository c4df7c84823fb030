"""Clean and attacked images run as one batch, which is split afterwards."""


def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape or clean.shape[0] == 0:
        raise ValueError("not the same images")
    with evaluating(model), torch.no_grad(), record(model) as outputs:
        model(torch.cat([clean, adversarial]))
    drifts = {}
    for name, output in outputs.items():
        a, b = output.flatten(1).chunk(2)
        lengths = a.pow(2).sum(1).sqrt()
        changes = (b - a).pow(2).sum(1).sqrt()
        drifts[name] = torch.where(lengths > 0, changes / lengths, changes).mean().item()
    return drifts
