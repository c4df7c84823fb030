"""Writes the notebooks that Google Colab opens: those of the zip, with a cell that installs all.

    python tools/colab.py --repository https://github.com/OWNER/NAME

Colab opens a notebook from a branch of a repository on GitHub, and a session there begins with an
empty computer. So each notebook names the repository, and the notebooks stand on a branch `colab`
of their own: .github/workflows/pages.yml puts them there after each build of the site.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

ZIP = Path("site/get/adversarial-images.zip")
OUT = Path("build/colab")
# --no-deps: Colab brings its own PyTorch, and what else the course needs.
INSTALL = """# Run this cell first, and again in each new session: it installs the course.
%pip install --quiet --no-deps git+{repository}"""


def main() -> int:
    """Write the notebooks; returns the exit status 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repository", required=True, metavar="URL")
    parser.add_argument("--zip", type=Path, default=ZIP)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    count = 0
    with zipfile.ZipFile(args.zip) as archive:
        for name in archive.namelist():
            if name.endswith(".ipynb"):
                notebook = for_colab(json.loads(archive.read(name)), args.repository)
                text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
                (args.out / PurePosixPath(name).name).write_text(text, encoding="utf-8")
                count += 1
    print(f"{args.out}: {count} notebooks")
    return 0


def for_colab(notebook: dict[str, Any], repository: str) -> dict[str, Any]:
    """The notebook with a first cell that installs the course from its repository."""
    install: dict[str, Any] = {
        "cell_type": "code",
        "id": "install",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": INSTALL.format(repository=repository.rstrip("/")).splitlines(keepends=True),
    }
    return {**notebook, "cells": [install, *notebook["cells"]]}


if __name__ == "__main__":
    raise SystemExit(main())
