"""A small class to grade, and a dask cluster on this machine to grade it on."""

import contextlib
from pathlib import Path

from distributed import LocalCluster

UNCHANGED = "def fgsm(model, images, labels, epsilon):\n    return images\n"


def hand_in(student: str, content: str | None) -> None:
    folder = Path("class") / student / "a3-fgsm"
    folder.mkdir(parents=True)
    if content is not None:
        (folder / "a3-fgsm.py").write_text(content)


@contextlib.contextmanager
def dask(workers: int, **more):
    """A scheduler on loopback with so many workers."""
    options = {"processes": False, "threads_per_worker": 2, "protocol": "tcp"} | more
    with LocalCluster(
        n_workers=workers, dashboard_address="127.0.0.1:0", host="127.0.0.1", **options
    ) as local:
        yield local
