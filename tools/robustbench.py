"""Read RobustBench's entries into solutions/results/robustbench.json, from a clone of it.

Run it to bring the published numbers up to date: python tools/robustbench.py PATH_OF_THE_CLONE.
The clone is https://github.com/RobustBench/robustbench; its commit is stored beside the numbers.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "solutions" / "results" / "robustbench.json"
BOARDS = {"cifar10": "model_info/cifar10/Linf", "imagenet": "model_info/imagenet/Linf"}


def main() -> None:
    """Write the file, the entries of each board from the most robust down."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python tools/robustbench.py PATH_OF_THE_CLONE")
    clone = sys.argv[1]
    commit, date = git(clone, "log", "-1", "--format=%H %cs").split()
    boards = {name: board(clone, folder) for name, folder in BOARDS.items()}
    content = {"source": "https://github.com/RobustBench/robustbench", "commit": commit}
    text = json.dumps(content | {"date": date, "boards": boards}, indent=1, ensure_ascii=False)
    TARGET.write_text(text + "\n", encoding="utf-8")
    print(f"wrote {TARGET}: {', '.join(f'{len(rows)} {name}' for name, rows in boards.items())}")


def board(clone: str, folder: str) -> list[dict[str, Any]]:
    """The entries of one leaderboard."""
    names = git(clone, "ls-tree", "--name-only", "HEAD", f"{folder}/").split()
    rows = [entry(json.loads(git(clone, "show", f"HEAD:{name}")), name) for name in names]
    return sorted(rows, key=lambda row: -row["robust"])


def entry(info: dict[str, Any], name: str) -> dict[str, Any]:
    """The displayed values of one entry; percentages of all test images.

    "robust" is what the leaderboard ranks by: the lowest of AutoAttack and other evaluations.
    """
    known = [float(info[key]) for key in ("autoattack_acc", "external") if info.get(key)]
    year = re.search(r"20\d\d", info["venue"])
    return {
        "id": Path(name).stem,
        "year": int(year[0]) if year else None,
        "architecture": info["architecture"],
        "clean": float(info["clean_acc"]),
        "reported": float(info["reported"]) if info["reported"] else None,
        "robust": min(known),
    }


def git(clone: str, *arguments: str) -> str:
    """The output of git in the clone."""
    command = ["git", "-C", clone, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
