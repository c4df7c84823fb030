"""The command `course`: its output, its files, and its messages for mistakes."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image
from safetensors import safe_open

from course.cli import main
from course.errors import CourseError
from course.pages.serve import site_server


def install_commands(monkeypatch: pytest.MonkeyPatch, commands: dict[str, str]) -> None:
    """Let `course` find these entry points, besides its own three, and no others."""
    own = {name: f"course.cli:{name}_command" for name in ("data", "train", "serve")}
    entries = [
        EntryPoint(name, value, "course.commands") for name, value in (own | commands).items()
    ]
    monkeypatch.setattr("course.cli.entry_points", lambda group: entries)


@pytest.fixture(autouse=True)
def _students_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    install_commands(monkeypatch, {})


def run(*arguments: str | Path) -> int:
    """The exit status, also where argparse ends the program itself."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return int(stop.code or 0)


# Mistakes


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("data show minst --out x.png", "did you mean 'mnist'"),
        ("data show digits --out x.gif", ".svg or .png"),
        ("data show digits --out /dev/null/x.png", "/dev/null"),
        ("data show imagefolder:/nowhere --out x.png", "/nowhere is not a folder"),
        ("data download digits", "needs no download"),
        ("data download signs", "needs no download"),
        ("data download imagefolder:/nowhere", "needs no download"),
        ("data download minst", "did you mean 'mnist'"),
        ("train --data mnist", "course data download mnist"),
        ("train --data digits --image-size 32", "fixed size"),
        ("train --model resnet", "strided-cnn"),
        ("train --out /", "is a folder"),
        ("train --out /dev/null/model.safetensors", "/dev/null"),
        ("serve --folder /nowhere", "make site"),
    ],
)
def test_mistake_is_one_line_and_status_2(
    command: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert run(*command.split()) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.startswith("course: ")
    assert printed.err.count("\n") == 1
    assert printed.out == ""


@pytest.mark.parametrize(
    "command",
    [
        "",
        "nonsense",
        "data nonsense",
        "train --epochs 0",
        "train --epochs many",
        "train --seed -1",
        "serve --port 70000",
        "data show digits --count 13 --out x.png",
        "data show digits",
    ],
)
def test_wrong_usage_is_status_2(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command.split()) == 2
    assert "usage: course" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--model", "m", "--epsilon", "0.1"]])
@pytest.mark.parametrize("name", ["attack", "figures"])
def test_command_of_a_room_above_says_what_to_install(
    name: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(name, *arguments) == 2
    message = capsys.readouterr().err
    assert f"`course {name}` belongs to solutions/" in message
    assert "pip install" in message


def test_command_that_cannot_be_imported_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install_commands(monkeypatch, {"attack": "a_room_not_here.cli:attack_command"})
    assert run("attack") == 2
    assert "a_room_not_here" in capsys.readouterr().err
    assert run("--help") == 0


def test_command_of_another_room_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "room_above.py").write_text(
        "def wave(subparsers):\n"
        "    parser = subparsers.add_parser('wave')\n"
        "    parser.set_defaults(run=lambda args: print('hello') or 0)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    install_commands(monkeypatch, {"wave": "room_above:wave"})
    assert run("wave") == 0
    assert capsys.readouterr().out == "hello\n"


def test_help_is_quick_because_torch_stays_out() -> None:
    code = (
        "import sys; from course.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as stop: assert stop.code == 0\n"
        "assert not {'torch', 'numpy', 'matplotlib'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for command in ("data", "train", "serve"):
        assert command in done.stdout


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m course.cli data | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


# data


def test_data_lists_profiles_and_where_they_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert run("data") == 0
    listed = capsys.readouterr().out
    rows = {line.split()[0]: line for line in listed.splitlines() if line}
    for name in ("digits", "signs"):
        assert "built in" in rows[name]
    for name in ("mnist", "fashion-mnist", "cifar10"):
        assert "missing" in rows[name]
    assert "imagefolder:PATH" in rows["imagefolder"]
    assert str(tmp_path) in listed


@pytest.mark.mnist
def test_data_lists_mnist_as_ready_and_verifies_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("data") == 0
    assert "ready" in next(
        line for line in capsys.readouterr().out.splitlines() if line.startswith("mnist")
    )
    assert run("data", "download", "mnist") == 0
    assert "60,000 training" in capsys.readouterr().out


@pytest.mark.parametrize("profile", ["digits", "signs"])
def test_data_show_draws_test_images(
    profile: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "data"))
    picture = tmp_path / "picture.png"
    assert run("data", "show", profile, "--count", "4", "--out", picture) == 0
    assert f"4 test images of {profile}" in capsys.readouterr().out
    with Image.open(picture) as image:
        assert image.width > image.height


# train


def test_train_saves_weights_that_say_what_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from course.data import load as load_data
    from course.metrics import accuracy
    from course.saving import load as load_model

    out = tmp_path / "new" / "model.safetensors"
    assert run("train", "--epochs", "2", "--images", "300", "--seed", "1", "--out", out) == 0
    printed = capsys.readouterr().out
    assert "300 training and 597 test images" in printed
    assert "Wilson interval" in printed
    model, metadata = load_model(out)
    digits = load_data("digits")
    found = accuracy(model, digits.test.images, digits.test.labels)
    assert found == pytest.approx(metadata["test_accuracy"])
    assert f"test accuracy {found:.1%}" in printed
    assert metadata["profile"] == "digits"
    assert metadata["profile_sha256"] == load_data("digits", train=300).sha256
    assert metadata["recipe"]["seed"] == 1


def test_train_fits_the_network_to_an_image_folder(tmp_path: Path) -> None:
    for split, count in (("train", 6), ("test", 2)):
        for colour in ("red", "lime", "blue"):
            folder = tmp_path / split / colour
            folder.mkdir(parents=True)
            for number in range(count):
                Image.new("RGB", (40, 40), colour).save(folder / f"{number}.png")
    out = tmp_path / "model.safetensors"
    options = ["--channels-last", "--bfloat16", "--epochs", "1", "--image-size", "24"]
    assert run("train", "--data", f"imagefolder:{tmp_path}", *options, "--out", out) == 0
    with safe_open(out, framework="pt") as file:
        arguments = json.loads(file.metadata()["arguments"])
    assert (arguments["in_channels"], arguments["image_size"]) == (3, 24)
    assert arguments["num_classes"] == 3


# serve


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("<title>the course</title>")
    return folder


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_site_is_served_on_this_machine_only(site: Path) -> None:
    with site_server(site, 0) as server:
        assert server.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with urlopen(f"http://127.0.0.1:{server.server_port}/", timeout=10) as page:
                assert page.read() == (site / "index.html").read_bytes()
        finally:
            server.shutdown()
            thread.join()


def testtaken_port_is_told(site: Path, taken_port: int) -> None:
    with pytest.raises(CourseError, match=f"port {taken_port} is taken.*--port"):
        site_server(site, taken_port)


def test_ctrl_c_ends_without_a_traceback(site: Path) -> None:
    command = [sys.executable, "-m", "course.cli", "serve", "--port", "0", "--folder", str(site)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
        # Tests that were started in the background inherit a SIGINT that is ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        assert process.stdout is not None
        assert "http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.strip() == "stopped"
