"""The provenance of a grade, and a signature that reveals a later change.

A result names all that decided it: the submission, the grader's code, the data, the secret (by an
id that does not reveal it) and the versions of Python and the libraries. Equal provenance means an
equal grade, so a result can be reused, and any grade can be computed again.
The signature is an HMAC of the whole result under a key made from the instructor's secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy
import torch

from autograder import installed
from autograder.judge.setting import Setting
from autograder.report.results import Result
from autograder.secret import secret_id

SOURCES = (".py", ".json", ".ini")


@cache
def grader_version() -> str:
    """The release and a digest of every source file that a grade depends on."""
    digest = hashlib.sha256()
    ours = (installed.PACKAGE, installed.COURSE, installed.solutions())
    for folder in filter(None, ours):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in SOURCES):
            digest.update(f"{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
    return f"{version('adversarial-course')}+{digest.hexdigest()[:12]}"


def provenance(setting: Setting, submission_sha256: str, level: str) -> dict[str, Any]:
    """All data needed to compute a grade again, and to know that it would be the same."""
    return {
        "submission_sha256": submission_sha256,
        "grader_version": grader_version(),
        "profile_sha256": setting.dataset.sha256,
        "secret_id": secret_id(setting.secret),
        "sandbox": level,
        "versions": {
            "python": sys.version.split()[0],
            "torch": torch.__version__,
            "numpy": numpy.__version__,
        },
    }


def sign(result: Result, secret: bytes) -> str:
    """The signature of a result: the hexadecimal HMAC-SHA-256 of all its content."""
    content = asdict(result)
    del content["signature"]
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    key = hmac.digest(secret, b"key that signs results", "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def is_genuine(result: Result, secret: bytes) -> bool:
    """Whether a result is unchanged since the judge wrote it."""
    return hmac.compare_digest(result.signature, sign(result, secret))
