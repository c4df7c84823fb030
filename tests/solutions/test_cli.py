"""`course attack`: its output agrees with the library, and mistakes get a clear message."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from course.cli import main
from course.data import Dataset
from course.metrics import accuracy
from course.models import build
from course.saving import save
from course.training import fit, plain_recipe
from solutions import ensemble
from solutions.cli import pixel_epsilon, pixel_epsilons
from solutions.fgsm import fgsm


@pytest.fixture(scope="module")
def weights(digits: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network trained for a moment, as `course train` saves it."""
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    model = build("linear", seed=0)
    fit(model, digits.train.images, digits.train.labels, plain_recipe(2), progress=False)
    save(model, path, name="linear", metadata={"profile": "digits"})
    return path


def printed_accuracies(text: str) -> list[float]:
    """The accuracy of each line of the table, clean first."""
    return [
        float(number) for number in re.findall(r"^(?:clean|0\.\d{4} = \S+) +(\S+)%", text, re.M)
    ]


@pytest.mark.parametrize(
    ("text", "value"), [("8/255", 8 / 255), ("0.1", 0.1), (".3", 0.3), ("0", 0.0), ("1", 1.0)]
)
def test_an_epsilon_is_a_fraction_or_a_number(text: str, value: float) -> None:
    assert pixel_epsilon(text) == value


@pytest.mark.parametrize("text", ["", "x", "-0.1", "nan", "inf", "1/0", "1/2/3", "0x1", "-8/255"])
def test_other_epsilons_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a number from 0 to 1"):
        pixel_epsilon(text)


def test_grey_levels_given_as_pixel_units_are_recognised() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="did you mean 8/255"):
        pixel_epsilon("8")


def test_several_epsilons_are_put_in_order() -> None:
    assert pixel_epsilons("0.1, 0,2/255,0.1") == [0.0, 2 / 255, 0.1]


def test_the_table_agrees_with_the_library(
    weights: Path, digits: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--model", str(weights), "--attack", "fgsm", "--epsilons", "0,0.05,0.1"]
    assert main(["attack", *arguments, "--images", "100"]) == 0
    model, test = build("linear"), digits.take(test=100).test
    model.load_state_dict(load_file(weights))
    expected = [accuracy(model, test.images, test.labels)] + [
        accuracy(model, fgsm(model, test.images, test.labels, e), test.labels)
        for e in (0.0, 0.05, 0.1)
    ]
    assert printed_accuracies(capsys.readouterr().out) == pytest.approx(
        [100 * value for value in expected], abs=0.051
    )


def test_pgd_leaves_less_than_noise(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = {}
    for attack in ("pgd", "noise"):
        arguments = ["--attack", attack, "--epsilon", "0.1", "--steps", "5", "--images", "100"]
        assert main(["attack", "--model", str(weights), *arguments]) == 0
        left[attack] = printed_accuracies(capsys.readouterr().out)[1]
    assert left["pgd"] < left["noise"] - 20


def test_the_ensemble_prints_what_its_members_left(
    weights: Path,
    digits: Dataset,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ensemble, "STEPS", 5)
    monkeypatch.setattr(ensemble, "QUERIES", 5)
    arguments = ["--model", str(weights), "--attack", "ensemble", "--epsilon", "0.1"]
    assert main(["attack", *arguments, "--images", "60"]) == 0
    out = capsys.readouterr().out
    model, test = build("linear"), digits.take(test=60).test
    model.load_state_dict(load_file(weights))
    found = ensemble.ensemble(model, test.images, test.labels, 0.1)
    clean, left = printed_accuracies(out)
    assert (clean, left) == pytest.approx(
        (100 * found.left["clean"], 100 * found.accuracy), abs=0.051
    )
    fooled = 1 - found.accuracy / found.left["clean"]
    assert f"{fooled:.1%}" in out
    assert re.findall(r"^ +(\S+)% +after (.+)$", out, re.M) == [
        (f"{100 * share:.1f}", name) for name, share in found.left.items() if name != "clean"
    ]


@pytest.mark.parametrize("budget", [["--epsilon", "8/255"], ["--epsilons", "0,8/255"]])
def test_a_picture_is_drawn(weights: Path, tmp_path: Path, budget: list[str]) -> None:
    out = tmp_path / "picture.png"
    arguments = ["--model", str(weights), "--attack", "fgsm", *budget, "--images", "20"]
    assert main(["attack", *arguments, "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")


def test_a_name_is_trained_first_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attack", "--model", "linear", "--attack", "fgsm", "--images", "50"]) == 0
    assert "training linear for 15 epochs on 1,200 images of digits" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "nosuch"], "no network is called 'nosuch'"),
        (["--model", "missing.safetensors"], "missing.safetensors"),
        (["--data", "nosuch"], "no data profile"),
        (["--out", "picture.gif"], "end the name in .png or .svg"),
        (["--attack", "ensemble", "--out", "picture.png"], "give --epsilons, or leave out --out"),
    ],
)
def test_mistakes_are_one_line_and_status_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["attack", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_weights_for_other_images_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, words in (
        ({"in_channels": 3, "image_size": 32}, "does not take images of 1x28x28"),
        ({"num_classes": 7}, "knows 7 classes"),
    ):
        path = tmp_path / "other.safetensors"
        save(build("linear", **options), path, name="linear", **options)
        assert main(["attack", "--model", str(path)]) == 2
        assert words in capsys.readouterr().err


def test_the_module_does_not_load_pytorch() -> None:
    code = "import sys, solutions.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
