"""A dataclass whose statistics are in a defaultdict, emptied by a new one."""
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial


@dataclass
class ActivationMonitor:
    model: nn.Module
    layers: list | None = None
    stats: dict = field(default_factory=lambda: defaultdict(dict))
    handles: list = field(default_factory=list)

    def __enter__(self):
        self.stats = defaultdict(dict)
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(partial(self.note, name)))
        return self

    def note(self, name, module, inputs, output):
        self.stats[name].update(statistics(output))

    def __exit__(self, *error):
        for handle in self.handles:
            handle.remove()
        self.handles = []
