"""Describes the machine of a benchmark: the processor, its threads, the versions, and the load."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import torch


def machine(*packages: str) -> str:
    """Processor, versions and load, without which timings mean nothing.

    packages: those beside torch whose version matters.
    """
    versions = [f"{package} {version(package)}" for package in packages]
    return ", ".join(
        [
            processor(),
            f"{len(os.sched_getaffinity(0))} cores",
            f"PyTorch threads: {torch.get_num_threads()}",
            f"load {os.getloadavg()[0]:.1f}",
            f"Python {platform.python_version()}",
            f"torch {torch.__version__}",
            *versions,
        ]
    )


def wait_for(device: torch.device) -> None:
    """Return when a GPU has done what it was given: a call on it comes back before that."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def processor() -> str:
    """Its name, and whether it computes in bfloat16."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    bfloat16 = [flag for flag in ("amx_bf16", "avx512_bf16") if flag in flags]
    return " ".join([names[0] if names else platform.machine(), *bfloat16])
