"""What lectures, notebooks and grader share: data, models, training, metrics, monitoring, plots."""

import importlib
from types import ModuleType

# Modules that notebooks of an earlier edition import by these names.
MOVED = {"activation_plots": "course.plots.activations", "attack_plots": "course.plots.attacks"}


def __getattr__(name: str) -> ModuleType:
    """A module under the name that it had in an earlier edition. Raises AttributeError."""
    if name in MOVED:
        return importlib.import_module(MOVED[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
