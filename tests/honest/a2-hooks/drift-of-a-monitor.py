"""The drift by means of a second monitor that keeps outputs."""


class Keeper(ActivationMonitor):
    def _hook(self, name):
        note = super()._hook(name)

        def keep(module, inputs, output):
            note(module, inputs, output)
            self.stats[name] = output.detach().clone().flatten(1)

        return keep


def activation_drift(model, clean, adversarial):
    if clean.size() != adversarial.size() or not len(clean):
        raise ValueError("not the same images")
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with Keeper(model) as before:
            model(clean)
        with Keeper(model) as after:
            model(adversarial)
    finally:
        for module, mode in modes:
            module.training = mode
    return {
        name: float(
            torch.nan_to_num(
                torch.linalg.vector_norm(after.stats[name] - a, dim=1)
                / torch.linalg.vector_norm(a, dim=1)
            ).mean()
        )
        for name, a in before.stats.items()
    }
