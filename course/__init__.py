"""What lectures, notebooks and grader share: data, models, training, metrics, monitoring, plots."""

from importlib.metadata import PackageNotFoundError, version


def __getattr__(name: str) -> str:
    """`course.__version__`, read from what is installed when it is asked for."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return version("adversarial-course")
    except PackageNotFoundError:  # run where it lies, without being installed
        return "unknown"
