"""In the style of the course, with types."""

# %% activation_monitor
def statistics(output: Tensor) -> dict[str, Any]:
    values = output.detach().flatten()
    low, high = values.aminmax()
    return {
        "mean": float(values.mean()),
        "std": float(values.std(correction=0)),
        "min": float(low),
        "max": float(high),
        "zero_fraction": values.eq(0).sum().item() / len(values),
        "shape": tuple(output.shape),
    }


def watched_modules(model: nn.Module, layers: Collection[str] | None) -> dict[str, nn.Module]:
    modules = dict(model.named_modules())
    chosen = [n for n in modules if not [*modules[n].children()]] if layers is None else [*layers]
    if unknown := set(chosen) - set(modules):
        raise ValueError(f"no such layers: {sorted(unknown)}")
    if not chosen:
        raise ValueError("there is nothing to watch")
    return {name: modules[name] for name in chosen}


class ActivationMonitor:
    def __init__(self, model: nn.Module, layers: Collection[str] | None = None) -> None:
        self.model, self.layers = model, layers
        self.stats: dict[str, dict[str, Any]] = {}
        self.handles: list[RemovableHandle] = []

    def __enter__(self) -> "ActivationMonitor":
        self.stats = {}
        self.handles = [
            module.register_forward_hook(self._hook(name))
            for name, module in watched_modules(self.model, self.layers).items()
        ]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        while self.handles:
            self.handles.pop().remove()

    def _hook(self, name: str) -> Any:
        def note(module: nn.Module, inputs: Any, output: Tensor) -> None:
            self.stats[name] = statistics(output)

        return note


# %% activation_drift
def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape or len(clean) == 0:
        raise ValueError("the same images are needed, at least one")
    with evaluating(model), torch.no_grad():
        with record(model) as before:
            model(clean)
        with record(model) as after:
            model(adversarial)
    drifts = {}
    for name in before:
        change = (after[name] - before[name]).flatten(1).norm(dim=1)
        size = before[name].flatten(1).norm(dim=1).clamp(min=1e-12)
        drifts[name] = (change / size).mean().item()
    return drifts
