"""Describes the machine of a benchmark, and says where its result is written.

The machine is the processor, its threads, the versions, and the load.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from course.training import has_bfloat16_units

ROOT = Path(__file__).parents[1]
CPU = torch.device("cpu")


def machine(*packages: str, device: torch.device = CPU) -> str:
    """Processor, versions and load, without which timings mean nothing.

    packages: those beside torch whose version matters. device: a GPU is named too.
    """
    versions = [f"{package} {version(package)}" for package in packages]
    return ", ".join(
        [
            processor(),
            *([torch.cuda.get_device_name(device)] if device.type == "cuda" else []),
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


def precisions(device: torch.device) -> dict[str, torch.dtype]:
    """The precisions that a device has units for, by name: float32, and bfloat16 where it has."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8", errors="replace") if cpuinfo.exists() else ""
    on_gpu = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    found = {"float32": torch.float32}
    if on_gpu or (device.type == "cpu" and has_bfloat16_units(text)):
        found["bfloat16"] = torch.bfloat16
    return found


def kept_or_built(name: str, *, keep: bool) -> Path:
    """Where a benchmark's result goes: kept for the site, or built and not committed."""
    folder = ROOT / "benchmarks" / "results" if keep else ROOT / "build" / "benchmarks"
    return folder / f"{name}.json"


def write(result: Mapping[str, Any], path: Path) -> Path:
    """Write a result as JSON; returns its path from the repository's root."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return path.relative_to(ROOT)
