"""`--device`: computing on another device, nothing moved unasked, and a missing device."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from support.fake_device import fake_device

from course import saving
from course.cli import main
from course.data import load
from course.errors import CourseError
from course.inputs import chosen_device
from course.models import build
from solutions import ensemble
from solutions.evaluation import curve_in_batches, worst_of
from solutions.random_search import sign_noise


def test_the_processor_is_always_there() -> None:
    assert chosen_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gpu", "there are cpu, cuda, cuda:1 and mps"),
        ("cuda:x", "there are cpu, cuda, cuda:1 and mps"),
        ("", "there are"),
        ("cuda", "finds no cuda here; leave --device out"),
        ("cuda:3", "finds no cuda:3 here"),
        ("mps", "finds no mps here"),
        ("cpu:1", "finds no cpu:1 here"),
    ],
)
def test_another_device_is_refused_in_one_line(
    name: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(CourseError, match=message):
        chosen_device(name)


@pytest.mark.parametrize("command", ["train --epochs 1", "attack", "reproduce 004 --quick"])
def test_a_missing_device_is_reported_before_any_work(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert main([*command.split(), "--device", "cuda"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "finds no cuda here" in printed.err


def test_a_network_is_trained_and_attacked_on_a_device_and_saved_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    weights, picture = tmp_path / "model.safetensors", tmp_path / "attacked.png"
    train = ["train", "--model", "linear", "--epochs", "1", "--images", "64", "--out", str(weights)]
    attack = ["attack", "--model", str(weights), "--images", "4", "--steps", "1"]
    with fake_device(monkeypatch):
        assert main([*train, "--device", "cuda"]) == 0
        for kind in ("pgd", "fgsm"):
            assert main([*attack, "--attack", kind, "--device", "cuda"]) == 0
        assert main([*attack, "--out", str(picture), "--device", "cuda"]) == 0
    assert "two devices" not in capsys.readouterr().err
    model, _ = saving.load(weights)
    assert {weight.device.type for weight in model.parameters()} == {"cpu"}


def test_nothing_is_moved_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network and images on different devices are an error, as in PyTorch, and not copied."""
    images = load("digits", test=4).test.images
    with fake_device(monkeypatch):
        model = build("linear", in_channels=1, image_size=28, num_classes=10).to("cuda")
        with pytest.raises(RuntimeError, match="two devices"):
            model(images)


def test_evaluations_draw_on_the_device_of_the_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """A generator of the processor would be refused there, and noise from it could not be added."""
    monkeypatch.setattr(ensemble, "STEPS", 2)
    monkeypatch.setattr(ensemble, "QUERIES", 2)
    test = load("digits", test=6).test
    with fake_device(monkeypatch):
        model = build("linear", in_channels=1, image_size=28, num_classes=10).to("cuda")
        there = test.to(torch.device("cuda"))
        assert len(worst_of(model, there.images, there.labels, 0.1, steps=2).left) == 5
        assert curve_in_batches(model, there.images, there.labels, [0.0, 0.1])[0] <= 1
        assert sign_noise(model, there.images, there.labels, 0.1, seed=0).device.type == "cuda"
        found = ensemble.ensemble(model, there.images, there.labels, 0.1)
        assert found.survived.shape == (6,)
