"""The students' install: its checks give the same verdicts as here, and it holds no answer."""

import dataclasses
import importlib.util
import io
import json
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
import sample_class
import torch
from import_graph import imported_modules, in_any
from packaging.requirements import Requirement
from support.other_systems import ELSEWHERE, MACOS

from autograder import catalog, installed
from autograder.authoring import bundle
from autograder.authoring.wheel import zipped
from autograder.cli import main
from autograder.judge import answer_key, made, setting
from autograder.judge.bars import Evidence
from autograder.judge.setting import Setting
from autograder.report.results import Result
from autograder.self_check import file as self_check
from autograder.student import Network
from course.data import Split
from course.errors import CourseError

ROOT = Path(__file__).resolve().parents[3]
QUICK = "a3-fgsm"


# --- stored values -------------------------------------------------------------------------------


def test_a_value_that_is_kept_comes_back_as_it_was():
    network = Network.build("linear", 3, in_channels=1, image_size=4, num_classes=3)
    images = torch.rand(5, 1, 4, 4)
    values = {
        "a curve": [0.5, 1 / 3, 1e-300],
        "a pair": (0.1, Split(images, torch.arange(5))),
        "a network": network,
        "the same images": images.clone(),
        "a mask": images > 0.5,
        "a part of the images": images[1:3],
        "nothing": None,
        "evidence": Evidence(0.0, 1.0, 0.5, 0.1, 0.4, 20, 1e-4, "a rule"),
        "named": {"epsilon": 0.1, "flag": True},
    }
    found = answer_key.loads(answer_key.dumps(values))
    assert list(found) == list(values)
    for name in ("a curve", "nothing", "evidence", "named"):
        assert found[name] == values[name]
        assert type(found[name]) is type(values[name])
    epsilon, split = found["a pair"]
    assert epsilon == 0.1
    assert torch.equal(split.images, images)
    assert torch.equal(found["the same images"], images)
    assert torch.equal(found["a mask"], images > 0.5)
    assert torch.equal(found["a part of the images"], images[1:3])
    assert torch.equal(found["a network"].module(images), network.module(images))


def test_what_cannot_be_kept_is_refused_where_it_is_written():
    with pytest.raises(TypeError, match="function"):
        answer_key.dumps({"code": len})


def test_a_kept_file_names_no_class_but_ours():
    content = answer_key.dumps({"x": Split(torch.zeros(1), torch.zeros(1))})
    same_length = content.replace(b"course.data:Split", b"subprocess:Popenn")
    assert same_length != content
    with pytest.raises(CourseError, match="damaged"):
        answer_key.loads(same_length)


def test_an_absent_answer_can_be_named_and_says_what_it_is_when_called(monkeypatch):
    monkeypatch.setattr(installed, "solutions", lambda: None)
    reference = answer_key.__getattr__("fgsm")
    with pytest.raises(CourseError, match=r"solutions\.fgsm\.loss_gradient"):
        reference.loss_gradient(1, 2)


def test_without_answers_and_values_one_line_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(installed, "solutions", lambda: None)
    monkeypatch.setattr(installed, "KEPT", tmp_path)
    (tmp_path / f"{QUICK}-digits.safetensors").touch()
    with pytest.raises(CourseError, match=r"cannot check a3-fgsm on 'mnist'.*for: digits"):
        _ = Setting(QUICK, "mnist").stored


# --- what must not be in it ----------------------------------------------------------------------


def notebook(*cells: str) -> bytes:
    made = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": made}).encode()


def test_a_reference_answer_is_found_wherever_it_hides():
    whole = (ROOT / "solutions" / "fgsm.py").read_text(encoding="utf-8")
    start = whole.index("def fgsm")
    renamed = whole[start : whole.index("\n\n\n", start)].replace("def fgsm", "def mine")
    for path, file in (
        ("x/y.py", renamed.encode()),
        ("x/y.ipynb", notebook("%matplotlib inline\nx = 1", renamed)),
        ("w.whl", zipped({"course/z.py": renamed.encode()})),
    ):
        assert [name for name in bundle.leaks(zipped({path: file})) if "fgsm" in name], path
    assert bundle.leaks(zipped({"solutions/notes.txt": b""}))
    assert bundle.leaks(zipped({"x/secret": b"word"}))
    assert bundle.leaks(zipped({"x/y.ipynb": notebook("def f(x):\n    return x + 1")})) == []


def test_an_extension_whose_packages_are_missing_is_left_out_with_a_word(monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxscript" else find(name)
    )
    assert bundle.complete(["a3-fgsm", "x-onnx", "x-l2"]) == ["a3-fgsm", "x-l2"]
    said = capsys.readouterr().out
    assert "x-onnx is left out" in said
    assert "onnxscript" in said
    assert "[instructor,onnx]" in said


RECORDED = "a3-fgsm"  # its reference goes through the checks


def test_what_a_bundle_records_is_recorded_once(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    values = {"digits": 1.5}
    monkeypatch.setattr(bundle, "record", lambda setting: setting.known.update(values))
    first = bundle.kept_values([RECORDED], ["digits"])
    monkeypatch.setattr(bundle, "record", lambda setting: pytest.fail("recorded again"))
    assert bundle.kept_values([RECORDED], ["digits"]) == first
    assert values.items() <= answer_key.loads(*first.values()).items()


def test_the_code_that_reads_a_secret_is_none():
    code = zipped({"autograder/secret.py": b"def read_secret(path): ...\n"})
    assert bundle.leaks(code) == []
    assert bundle.leaks(zipped({"term/secret": b"0123"})) == ["term/secret"]


def test_the_wheel_of_course_and_checks_gives_nothing_away():
    """The module that reads a secret is called secret.py, and is no secret."""
    name, content = bundle.student_wheel({})
    assert bundle.leaks(zipped({name: content})) == []


def test_a_bundle_that_would_give_an_answer_away_is_not_written(monkeypatch):
    given = [("a/a.ipynb", notebook((ROOT / "solutions" / "fgsm.py").read_text("utf-8")))]
    monkeypatch.setattr(bundle, "kept_values", lambda *names: {})
    monkeypatch.setattr(bundle, "released", lambda names: given)
    with pytest.raises(CourseError, match="would contain"):
        bundle.bundle([QUICK], ["digits"])


# Refused before they are imported.
INSTRUCTORS = {"calibrate.py", "ensemble.py", "gradescope_zip.py"}


def test_what_a_student_runs_asks_the_answer_key_and_never_the_answers():
    for path in (ROOT / "autograder").rglob("*.py"):
        asked = {name for name in imported_modules(path) if in_any(name, {"solutions"})}
        assert path.name in INSTRUCTORS | {"answer_key.py"} or not asked, path


# --- the wheel -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def students_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's wheel for one assignment, unpacked; its network was trained briefly."""
    patch = pytest.MonkeyPatch()
    brief = dataclasses.replace(setting.budget("digits"), cnn_epochs=3)
    patch.setattr(setting, "budget", lambda profile: brief)
    _, content = bundle.student_wheel(bundle.kept_values([QUICK], ["digits"]))
    patch.undo()
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_holds_course_checks_and_values_alone(students_copy: Path):
    assert {path.name.partition("-")[0] for path in students_copy.iterdir()} == {
        "autograder",
        "course",
        "adversarial_course",
    }
    (about,) = students_copy.glob("*.dist-info")
    needed = {
        Requirement(line.partition(": ")[2]).name
        for line in (about / "METADATA").read_text().splitlines()
        if line.startswith("Requires-Dist: ")
    }
    assert {"torch", "jupyterlab", "pytest"} <= needed
    assert not needed & {"nbgrader", "mkdocs", "distributed", "adversarial-course"}
    commands = (about / "entry_points.txt").read_text()
    assert "autograder = autograder.cli:main" in commands
    assert "solutions" not in commands


def elsewhere(students_copy: Path, system: str, *command: str, as_json: bool = False):
    form = "json" if as_json else "text"
    return subprocess.run(
        [sys.executable, "-c", ELSEWHERE, system, str(students_copy), form, *command],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("system", [pytest.param("linux", marks=pytest.mark.slow), "windows"])
def test_the_reference_passes_where_there_is_no_reference(students_copy: Path, system: str):
    done = elsewhere(students_copy, system, "check", QUICK, str(ROOT / "solutions" / "fgsm.py"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 of 20 points" in done.stdout


def test_on_macos_a_worker_runs_the_file_without_linuxs_own_calls(
    students_copy: Path, tmp_path: Path
):
    copy = shutil.copytree(students_copy, tmp_path / "install")
    (copy / "sitecustomize.py").write_text(MACOS, encoding="utf-8")
    answers = str(ROOT / "solutions" / "fgsm.py")
    done = elsewhere(copy, "macos", "check", QUICK, answers, as_json=True)
    assert done.returncode == 0, done.stdout + done.stderr
    result = Result.from_json(done.stdout)
    assert (result.sandbox, result.score) == ("none", 20)


def test_an_instructors_command_is_refused_in_one_line(students_copy: Path, tmp_path: Path):
    done = elsewhere(students_copy, "linux", "grade", QUICK, str(tmp_path))
    assert done.returncode == 2, done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert "repository" in done.stderr


def verdicts(result: Result) -> list[tuple[str, str, float, str]]:
    return [(check.name, check.status, check.points, check.cause) for check in result.checks]


def same_verdicts(students_copy: Path, work: sample_class.HandIn, folder: Path) -> None:
    """Check one hand-in here and in the install; the likely cause is the same too."""
    path = sample_class.hand_in(work, folder)
    done = elsewhere(students_copy, "linux", "check", work.assignment, str(path), as_json=True)
    there = Result.from_json(done.stdout)
    here = self_check.check_file(work.assignment, path, "digits")
    assert verdicts(there) == verdicts(here)


@pytest.mark.slow
def test_a_wrong_answer_is_told_the_same_there(
    students_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    brief = dataclasses.replace(setting.budget("digits"), cnn_epochs=3)
    monkeypatch.setattr(setting, "budget", lambda profile: brief)
    work = next(work for work in sample_class.hand_ins(QUICK) if len(work.loses) > 1)
    same_verdicts(students_copy, work, tmp_path)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole bundle, its wheel unpacked beside its notebooks."""
    folder = tmp_path_factory.mktemp("everything")
    content = bundle.bundle(installed.assignments(), ["digits"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    (wheel,) = folder.rglob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder


@pytest.mark.slow
def test_the_bundle_holds_every_notebook_and_no_secret(everything: Path):
    place = everything / bundle.NAME
    for name in catalog.ASSIGNMENTS:
        text = (place / name / f"{name}.ipynb").read_text(encoding="utf-8")
        assert "SOLUTION" not in text
        assert "not written yet" in text
    assert (place / "constraints.txt").is_file()
    readme = (place / "README.md").read_text(encoding="utf-8")
    assert next(place.glob("*.whl")).name in readme
    assert "{" not in readme


# --- for people without an instructor ------------------------------------------------------------


# A worker's box would not show the packages that are lent.
UNBOXED = """
import sys
from autograder.sandbox import levels
levels.can_start = lambda: False
from autograder import cli
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def self_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip for self-study with one assignment, unpacked in an empty folder."""
    folder = tmp_path_factory.mktemp("alone")
    zip_file = folder / "course.zip"
    assert main(["bundle", QUICK, "--self-study", "--out", str(zip_file)]) == 0
    with zipfile.ZipFile(zip_file) as archive:
        archive.extractall(folder)
    return folder / bundle.NAME


@pytest.mark.slow
def test_self_study_begins_on_a_page_that_needs_no_instructor(self_study: Path):
    page = (self_study / "start.html").read_text(encoding="utf-8")
    (wheel,) = self_study.glob("*.whl")
    assert wheel.name in page
    assert f"<td><code>{QUICK}/{QUICK}.ipynb</code></td>" in page
    assert "{" not in page.partition("<body>")[2]
    assert "src=" not in page
    readme = (self_study / "README.md").read_text(encoding="utf-8")
    assert "instructor" not in readme
    assert "Hand in" not in readme


@pytest.mark.slow
def test_self_study_from_the_zip_to_a_checked_answer(self_study: Path, tmp_path: Path):
    """As a visitor would, but for what is downloaded: those packages are lent from here."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    (wheel,) = self_study.glob("*.whl")
    install = [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    where = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.check_output(where, text=True).strip())
    (packages / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    work = self_study / QUICK / f"{QUICK}.ipynb"
    for file, status in ((work, 1), (ROOT / "solutions" / "fgsm.py", 0)):
        check = [python, "-c", UNBOXED, "check", QUICK, str(file)]
        done = subprocess.run(check, cwd=self_study, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout + done.stderr
    assert "20 of 20 points" in done.stdout
    absent = [python, "-c", "import solutions"]
    assert subprocess.run(absent, cwd=self_study, capture_output=True, check=False).returncode == 1


# Without Mallory: nothing is isolated here, so other tests would find her files in /tmp.
HARMLESS = [work for work in sample_class.hand_ins() if work.path.stem != "mallory"]


@pytest.mark.slow
@pytest.mark.parametrize("work", HARMLESS, ids=lambda work: f"{work.assignment}/{work.path.stem}")
def test_the_sample_class_is_told_the_same_there(
    everything: Path, work: sample_class.HandIn, tmp_path: Path
):
    same_verdicts(everything / "installed", work, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("assignment", [*filter(made.is_whole, installed.assignments())])
def test_where_all_is_made_ahead_a_run_of_the_reference_would_add_nothing(assignment):
    setting = Setting(assignment, "digits")
    made.make_ready(setting)
    ahead = set(setting.known)
    bundle.record(setting)
    assert set(setting.known) == ahead
