"""The library of lectures, notebooks and grader: data, networks, training, metrics, figures."""

import importlib
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

# Modules that notebooks of an earlier edition import by these names.
MOVED = {"activation_plots": "course.plots.activations", "attack_plots": "course.plots.attacks"}


def __getattr__(name: str) -> ModuleType | str:
    """`course.__version__`, read from the installed package on demand, or a module under its name
    in an earlier edition. Raises AttributeError."""
    if name in MOVED:
        return importlib.import_module(MOVED[name])
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return version("adversarial-course")
    except PackageNotFoundError:  # run in place, without being installed
        return "unknown"
