"""Grading slots that grade nothing and misbehave on demand."""

import subprocess
import sys

import pytest
from support.slots import FAKE_SLOT


@pytest.fixture
def slots(monkeypatch, tmp_path):
    """Replace the real slot by the fake; returns the path of its log of attempts."""
    script, log = tmp_path / "fake_slot.py", tmp_path / "attempts"
    script.write_text(FAKE_SLOT.format(log=str(log)))
    start = subprocess.Popen

    def fake(command, **options):
        return start([sys.executable, "-S", str(script)], **options)

    monkeypatch.setattr(subprocess, "Popen", fake)
    return log
