"""Lists a student's install: every package with version and licence, as CycloneDX JSON.

    python tools/sbom.py --out build/sbom.cdx.json

The list starts at the extra `student` in pyproject.toml and follows the requirements of the
packages installed here, so run it in an environment with the versions of constraints.txt. The
format: https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import argparse
import json
import re
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

PROJECT = "adversarial-course"
EXTRAS = frozenset({"student"})


def main() -> int:
    """Write the list; returns the exit status 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("build/sbom.cdx.json"))
    args = parser.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    listed = sbom()
    args.out.write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
    print(f"{args.out}: {len(listed['components'])} packages")
    return 0


def sbom() -> dict[str, Any]:
    """The whole list; the same packages always give the same text."""
    found = {distribution.name.lower(): distribution for distribution in needed()}
    components = [component(found[name]) for name in sorted(found)]
    listed = json.dumps(components)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, listed)}",
        "version": 1,
        "metadata": {"component": component(metadata.distribution(PROJECT))},
        "components": components,
    }


def needed() -> Iterator[metadata.Distribution]:
    """The installed packages that a student's install has, each once or more."""
    waiting = [(PROJECT, EXTRAS)]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # an extra's package that this environment lacks
            continue
        if name != PROJECT:
            yield distribution
        for line in distribution.requires or ():
            requirement = Requirement(line)
            if wanted(requirement, extras):
                waiting.append((canonical(requirement.name), frozenset(requirement.extras)))


def wanted(requirement: Requirement, extras: frozenset[str]) -> bool:
    """Whether a requirement holds here, for one of these extras or without any."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": each}) for each in extras or {""})


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def component(distribution: metadata.Distribution) -> dict[str, Any]:
    """One package."""
    name, version = canonical(distribution.name), distribution.version
    entry: dict[str, Any] = {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
    }
    about = distribution.metadata
    if expression := about.get("License-Expression"):
        entry["licenses"] = [{"expression": expression}]
    elif licence := (about.get("License") or "").strip():
        entry["licenses"] = [{"license": {"name": licence.splitlines()[0][:80]}}]
    return entry


if __name__ == "__main__":
    raise SystemExit(main())
