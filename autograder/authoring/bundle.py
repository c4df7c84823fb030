"""`autograder bundle`: a zip of all that a student needs for a term, without the reference answers.

The released notebooks, a wheel of `course` and the checks, the versions to install, a README; with
`--self-study` the README speaks to somebody without an instructor, and is also a page to open. The
checks compare with values that are recorded here, while the reference answers them on public inputs
(autograder/judge/answer_key.py). No secret is read. Before anything is written, the bundle is
searched for the body of every reference function.
"""

from __future__ import annotations

import argparse
import ast
import functools
import hashlib
import io
import json
import re
import shutil
import tempfile
import textwrap
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from nbconvert.filters import markdown2html
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from autograder import catalog, installed
from autograder.authoring.cells import authored_texts, read_text
from autograder.authoring.command import NAME
from autograder.authoring.profile import notebook_on
from autograder.authoring.wheel import about, sources, wheel, zipped
from autograder.handin import submission
from autograder.installed import NOTEBOOKS
from autograder.judge import answer_key, cache, made
from autograder.judge.judge import run_checks
from autograder.judge.setting import Setting
from autograder.student.kernel import student_here
from course.errors import CourseError

START = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<body>
{body}
</body>
</html>
"""
CODE = """pre { padding: .75rem 1rem; background: var(--panel); overflow-x: auto; }
.anchor-link { display: none; }
"""
SHORT = 50  # characters of a function's body: a shorter one may occur by chance


def bundle_command(args: argparse.Namespace) -> int:
    """Write the zip. Exit 0 when it is written."""
    there = installed.assignments()
    wanted = [catalog.assignment(name).id for name in args.assignments] or there
    if missing := [name for name in wanted if name not in there]:
        raise CourseError(f"{missing[0]} has no notebook yet: run `autograder build`")
    content = bundle(complete(list(dict.fromkeys(wanted))), args.data, args.self_study)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_bytes(content)
    print(f"{args.out}: {len(content) / 1e6:.1f} MB, without reference answers and secrets")
    return 0


def complete(assignments: Sequence[str]) -> list[str]:
    """The assignments whose answers run here; others are named, with the packages to install."""
    found = []
    for name in assignments:
        known = catalog.assignment(name)
        if missing := known.missing:
            print(
                f"{name} is left out: it needs {', '.join(missing)} "
                f"(pip install -e '.[instructor,{known.extra}]' here)"
            )
        else:
            found.append(name)
    return found


def bundle(assignments: Sequence[str], profiles: Sequence[str], self_study: bool = False) -> bytes:
    """The zip for these assignments, checkable on these profiles; notebooks begin with the first.

    Raises CourseError where the reference does not pass, or would be in the bundle.
    """
    files = {
        path: notebook_on(profiles[0], notebook.decode()).encode()
        for path, notebook in released(assignments)
    }
    name, files[name] = student_wheel(kept_values(assignments, profiles))
    files["constraints.txt"] = installed.CONSTRAINTS.read_bytes()
    text = readme(assignments, profiles, name, self_study)
    files["README.md"] = text.encode()
    if self_study:
        files["start.html"] = start_page(text).encode()
    content = zipped({f"{NAME}/{path}": file for path, file in sorted(files.items())})
    if found := leaks(content):
        raise CourseError(f"the bundle would contain {found[0]}; nothing was written")
    return content


# --- what a student reads first ------------------------------------------------------------------


def readme(
    assignments: Sequence[str], profiles: Sequence[str], wheel_name: str, self_study: bool
) -> str:
    """How to install and begin, and then how to hand in or how to go on alone."""
    parts = ("student.md", "self-study.md" if self_study else "hand-in.md")
    text = "\n".join((installed.TEMPLATES / part).read_text(encoding="utf-8") for part in parts)
    rows = (f"| `{name}/{name}.ipynb` | {catalog.assignment(name).title} |" for name in assignments)
    return text.format(
        wheel=wheel_name,
        first=assignments[0],
        profiles=", ".join(profiles),
        notebooks="\n".join(["| notebook | what you do |", "|---|---|", *rows]),
    )


def start_page(text: str) -> str:
    """The README as a page that a double click opens in a browser."""
    style = (installed.TEMPLATES / "style.css").read_text(encoding="utf-8")
    title = text.partition("\n")[0].lstrip("# ")
    return START.format(title=title, style=style + CODE, body=markdown2html(text))


# --- the values that checks compare with ---------------------------------------------------------


def kept_values(assignments: Sequence[str], profiles: Sequence[str]) -> dict[str, bytes]:
    """A file for each assignment and profile in the wheel, with the values its checks expect."""
    files = {}
    for profile in profiles:
        for name in assignments:
            setting = Setting(name, profile)
            path = (
                answer_key.path_of(name, profile).relative_to(installed.PACKAGE.parent).as_posix()
            )
            files[path] = kept(setting)
    return files


def kept(setting: Setting) -> bytes:
    """The values that checks expect in this setting, from `answer_key.dumps`; made once."""
    handed_in = installed.notebook(setting.assignment).read_bytes()
    needed = {**made.dependences(setting), "answers": hashlib.sha256(handed_in).hexdigest()}
    entry = cache.Entry(needed, setting.secret)
    return cache.fetched(entry, functools.partial(recorded, setting), made.report)


def recorded(setting: Setting) -> bytes:
    """The values that checks expect in this setting, recorded while the reference takes them.

    Where all of them are made ahead, nothing is recorded: those are the long trainings.
    """
    made.make_ready(setting)
    if not made.is_whole(setting.assignment):
        where = f"{setting.assignment} on {setting.profile}"
        print(f"{where}: the reference goes through the checks", flush=True)
        with made.one_thread():
            record(setting)
    return answer_key.dumps(setting.known)


def record(setting: Setting) -> None:
    """Let the reference take every check, so that the setting stores the expected values."""
    known = catalog.assignment(setting.assignment)
    read = submission.read(
        installed.notebook(known.id), [exercise.id for exercise in known.exercises], known.id
    )
    for check in run_checks(known, student_here(read, known.names), setting):
        if check.status != "OK":
            raise CourseError(
                f"the reference does not pass “{check.title}” of {known.id} on {setting.profile}: "
                f"{check.got or check.cause}. Run `autograder build`; if that changes nothing, "
                "the grader has a fault"
            )


# --- the wheel -----------------------------------------------------------------------------------


def student_wheel(kept: Mapping[str, bytes]) -> tuple[str, bytes]:
    """A wheel of `course` and `autograder` with these values: its name and its content."""
    files = dict(sources([installed.PACKAGE, installed.COURSE]))
    return wheel({**files, **kept}, about_for_students(), commands())


def about_for_students() -> str:
    """METADATA in which the packages of the extra `student` are ordinary requirements."""
    lines = []
    for line in about().partition("\n\n")[0].splitlines():
        field, _, value = line.partition(": ")
        needed, _, condition = value.partition(";")
        if field == "Requires-Dist" and (not condition or "'student'" in quoted(condition)):
            lines.append(f"Requires-Dist: {needed.strip()}")
        elif field in ("Metadata-Version", "Name", "Version", "Summary", "Requires-Python"):
            lines.append(line)
    return "\n".join([*lines, ""])


def quoted(condition: str) -> str:
    """A condition with one kind of quotation marks."""
    return condition.replace('"', "'")


def commands() -> str:
    """entry_points.txt: the commands of the rooms that are in the wheel."""
    groups: dict[str, list[str]] = {}
    for entry in metadata.distribution("adversarial-course").entry_points:
        if not entry.value.startswith("solutions"):
            groups.setdefault(entry.group, []).append(f"{entry.name} = {entry.value}")
    return "".join(f"[{name}]\n" + "\n".join([*lines, "", ""]) for name, lines in groups.items())


# --- the notebooks -------------------------------------------------------------------------------


def released(assignments: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Each notebook as nbgrader releases it, made in a copy: no gradebook is touched."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(NOTEBOOKS, Path(folder) / "source")
        config = PyFileConfigLoader("nbgrader_config.py", str(installed.ASSIGNMENTS)).load_config()
        config.CourseDirectory.root = folder
        nbgrader = NbGraderAPI(CourseDirectory(config=config), config=config)
        for name in assignments:
            done = nbgrader.generate_assignment(name)
            if not done["success"]:
                why = (done["error"].strip().splitlines() or ["no message"])[-1]
                raise CourseError(f"nbgrader could not release {name}: {why}")
            notebook = Path(folder) / "release" / name / f"{name}.ipynb"
            yield f"{name}/{name}.ipynb", notebook.read_bytes()


# --- what must not be in it ----------------------------------------------------------------------


def leaks(content: bytes) -> list[str]:
    """The reference functions whose bodies are in a bundle, and files that do not belong there.

    A function that a notebook shows in a `given` cell is no leak.
    """
    found: list[str] = []
    seen: set[str] = set()
    for path, text in python_in(content):
        place = Path(path)
        # autograder/secret.py reads the file, and holds no secret.
        if "solutions" in place.parts or ("secret" in place.name and place.suffix != ".py"):
            found.append(path)
        seen |= bodies(text).keys()
    return found + [whose for body, whose in answers().items() if body in seen]


@functools.cache
def answers() -> dict[str, str]:
    """The bodies of the reference functions, except those that notebooks give, with their names."""
    given = set(given_names())
    return {
        body: f"{name} of {file.relative_to(installed.ROOT)}"
        for file in sorted((installed.ROOT / "solutions").rglob("*.py"))
        for body, name in bodies(file.read_text(encoding="utf-8")).items()
        if name not in given
    }


def given_names() -> Iterator[str]:
    """The functions of the reference that notebooks give, word for word."""
    for text in authored_texts(installed.ASSIGNMENTS / "authored"):
        yield from (cell.name for cell in read_text(text) if cell.kind == "given")


def bodies(source: str) -> dict[str, str]:
    """The bodies of all functions, without comments, layout and docstrings, with their names."""
    found = {}
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            code = node.body[1:] if ast.get_docstring(node) is not None else node.body
            text = "\n".join(map(ast.unparse, code))
            if len(text) >= SHORT:
                found[text] = node.name
    return found


def parsed(source: str) -> ast.Module:
    """A file's syntax tree; an empty one for text that is not Python, like a cell with magics."""
    try:
        return ast.parse(textwrap.dedent(source))
    except SyntaxError:
        return ast.Module([], [])


def python_in(content: bytes) -> Iterator[tuple[str, str]]:
    """The Python code in a zip, also in its notebooks and wheels, by path."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for path in archive.namelist():
            file = archive.read(path)
            if path.endswith(".whl"):
                yield from python_in(file)
            elif path.endswith(".ipynb"):
                yield from ((path, cell) for cell in cells_of(file))
            else:
                yield path, file.decode("utf-8", "replace") if path.endswith(".py") else ""


def cells_of(notebook: bytes) -> Iterable[str]:
    """The sources of a notebook's code cells."""
    for cell in json.loads(notebook)["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            yield re.sub(r"^[%!].*$", "", source, flags=re.MULTILINE)
