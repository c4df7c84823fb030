"""The command `course`: collects its subcommands, runs one, and turns mistakes into one line each.

Subcommands come from the entry points of the group `course.commands`: functions that add a parser
and set its default `run(args) -> int`. So other rooms add subcommands without an import here. A
parser names the function of its command by a `Later`, which imports it when the command runs. So
help and mistakes are answered at once, without PyTorch.
"""

from __future__ import annotations

import argparse
import io
import os
import pkgutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import course
from course.errors import CourseError

# In quotes: at run time the class takes no type in brackets.
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

# Commands of rooms that a student's copy lacks; it says so instead of not knowing them.
ROOMS_ABOVE = dict.fromkeys(("attack", "figures", "playground", "reproduce"), "solutions")


@dataclass(frozen=True)
class Later:
    """A function of another module, such as `Later("course.console.commands:train")`.

    The module is imported when the function is called.
    """

    target: str

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """The result of the function. Raises ImportError when its module cannot be imported."""
        return pkgutil.resolve_name(self.target)(*arguments, **options)


@dataclass(frozen=True)
class Help:
    """The help text of a command, beside its arguments.

    sentence: what it does. example: a call of it. finding: what exit status 1 means, if anything.
    """

    sentence: str
    example: str
    finding: str = ""


HELP = {
    "data": Help("List the sets of images, and say which of them are here.", "course data"),
    "train": Help(
        "Train a network, print its accuracy, and save its weights.",
        "course train --model strided-cnn --data digits --epochs 3",
    ),
    "serve": Help("Serve the built site on this machine.", "course serve --port 8000"),
    "attack": Help(
        "Attack the test images of a profile and print the accuracy that is left.",
        "course attack --data digits --attack pgd --epsilon 8/255",
    ),
    "figures": Help(
        "Draw the figures and tables of the lectures from stored numbers.",
        "course figures --check",
        "a stored figure is not the one that would be drawn",
    ),
    "reproduce": Help(
        "Run a published report again, and print what it says beside what comes out.",
        "course reproduce 004 --quick",
    ),
    "playground": Help(
        "Train the networks of the site's playground, and write their files.",
        "course playground --out site/playground",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `course` with these arguments (default: the command line's); return the exit status."""
    return run_command(command_parser(), argv)


def run_command(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Run the command that the arguments name, of any of the project's programs; its exit status.

    0: done. 2: the user must change what one line on stderr names. 130: stopped by Ctrl-C.
    """
    print_anything()
    args = parser.parse_args(argv)
    try:
        refuse_foreign_package()
        status: int = args.run(args)
        sys.stdout.flush()
    except (CourseError, OSError) as error:
        if isinstance(error, BrokenPipeError):  # `course data | head`: the reader has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        print(f"{parser.prog}:", " ".join(str(error).split()), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    return status


def in_colour() -> bool:
    """Whether output may be coloured: on a terminal that can, unless NO_COLOR is set.

    https://no-color.org. The old console of Windows prints the colours' codes as they are.
    """
    environment = os.environ
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    old_console = os.name == "nt" and "WT_SESSION" not in environment and "TERM" not in environment
    return sys.stdout.isatty() and not plain and not old_console


def print_anything() -> None:
    """Let a character that the terminal's encoding lacks be printed as `?`.

    On Windows a file or pipe is often encoded as cp1252, which has no ✓.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def command_parser() -> argparse.ArgumentParser:
    """The parser of `course`, with an answer also for the subcommands that are not installed."""
    parser = top_parser("course", "Data, models and the site of the course on adversarial images.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    absent = dict(ROOMS_ABOVE)
    for entry in sorted(entry_points(group="course.commands"), key=lambda entry: entry.name):
        absent.pop(entry.name, None)
        try:
            add_command: Callable[[Subparsers], None] = entry.load()
        except (ImportError, AttributeError) as error:
            _answer_for_absent(subparsers, entry.name, entry.module.partition(".")[0], str(error))
        else:
            add_command(subparsers)
    for name, room in absent.items():
        _answer_for_absent(subparsers, name, room, "this copy does not have it")
    explain(subparsers, HELP)
    return parser


def top_parser(name: str, description: str) -> argparse.ArgumentParser:
    """The parser of a whole command, with the options of every command of the project."""
    parser = argparse.ArgumentParser(name, description=description)
    parser.add_argument("--version", action="version", version=f"{name} {course.__version__}")
    parser.add_argument(
        "--print-completion",
        action=PrintCompletion,
        metavar="SHELL",
        help="print what bash, zsh, fish or tcsh needs to complete this command with the Tab key",
    )
    parser.epilog = f"`{name} COMMAND --help` says more of one command, with an example."
    return parser


class PrintCompletion(argparse.Action):
    """Prints a completion script, which shtab makes from the parser; it is an extra."""

    def __call__(
        self, parser: argparse.ArgumentParser, _space: object, shell: Any, _option: object = None
    ) -> None:
        """Print the script for a shell, and end with exit status 0; 2 without shtab."""
        if find_spec("shtab") is None:
            parser.error("completion needs shtab: pip install -c constraints.txt shtab")
        if shell not in (shells := pkgutil.resolve_name("shtab:SUPPORTED_SHELLS")):
            parser.error(f"no completion for {shell!r}: there is {', '.join(shells)}")
        print(pkgutil.resolve_name("shtab:complete")(parser, shell))
        parser.exit()


def explain(commands: Subparsers, helps: Mapping[str, Help]) -> None:
    """Give every command the sentence, the example and the exit statuses of its help."""
    for name, parser in commands.choices.items():
        known = helps.get(name, Help("", ""))
        if not parser.add_help:
            continue
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.description = known.sentence or parser.description
        finding = f"  1  {known.finding}\n" if known.finding else ""
        parser.epilog = (
            (f"example:\n  {known.example}\n\n" if known.example else "")
            + "exit status:\n  0  done\n"
            + finding
            + "  2  you must change something: one line says what"
        )


def refuse_foreign_package() -> None:
    """Raise CourseError where PyPI's package `autograder` is installed beside this one.

    Both bring a folder and a command of that name, and the one installed last overwrites files of
    the other.
    """
    try:
        foreign = distribution("autograder").version
    except PackageNotFoundError:
        return
    raise CourseError(
        f"another package called autograder ({foreign}) is installed here, and the two overwrite "
        "each other's files: pip uninstall autograder, then install this course again with "
        "pip install --force-reinstall --no-deps, or use an environment of its own"
    )


def data_command(subparsers: Subparsers) -> None:
    """Add `course data`, with `download` and `show` below it."""
    parser = subparsers.add_parser("data", help="list, download or show the course's images")
    parser.set_defaults(run=Later("course.console.commands:list_profiles"))
    actions = parser.add_subparsers(metavar="ACTION")
    download = actions.add_parser("download", help="fetch a profile into COURSE_DATA, and check it")
    download.add_argument("profile", metavar="NAME", help="mnist, fashion-mnist or cifar10")
    download.set_defaults(run=Later("course.console.commands:download"))
    show = actions.add_parser("show", help="draw some test images")
    show.add_argument("profile", metavar="PROFILE", help="such as digits or imagefolder:PATH")
    show.add_argument(
        "--count", type=whole_number(1, 12), default=10, help="at most 12 (default 10)"
    )
    show.add_argument("--out", type=file_path, required=True, help="an .svg or .png file")
    add_image_size(show)
    show.set_defaults(run=Later("course.console.commands:show"))


def train_command(subparsers: Subparsers) -> None:
    """Add `course train`."""
    parser = subparsers.add_parser("train", help="train a network and save its weights")
    parser.add_argument(
        "--model", default="strided-cnn", metavar="NAME", help="default: %(default)s"
    )
    parser.add_argument("--data", default="digits", metavar="PROFILE", help="default: %(default)s")
    parser.add_argument(
        "--epochs",
        type=whole_number(1),
        metavar="N",
        help="default: what the profile's budget allows",
    )
    parser.add_argument(
        "--images", type=whole_number(1), metavar="N", help="train on at most N images"
    )
    parser.add_argument("--seed", type=whole_number(0, 2**32 - 1), default=0, metavar="N")
    parser.add_argument("--out", type=file_path, default=Path("build/model.safetensors"))
    parser.add_argument("--channels-last", action="store_true", help="faster for wide networks")
    parser.add_argument("--bfloat16", action="store_true", help="compute in half the bits")
    add_device(parser)
    add_image_size(parser)
    parser.set_defaults(run=Later("course.console.commands:train"))


def serve_command(subparsers: Subparsers) -> None:
    """Add `course serve`."""
    parser = subparsers.add_parser("serve", help="serve the built site on this machine")
    parser.add_argument(
        "--port", type=whole_number(0, 65535), default=8000, help="default: %(default)s"
    )
    parser.add_argument("--folder", type=file_path, default=Path("build/site"))
    parser.set_defaults(run=Later("course.pages.serve:serve"))


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add `--device`, which `course.inputs.chosen_device` reads."""
    parser.add_argument(
        "--device", default="cpu", metavar="NAME", help="cpu, cuda, cuda:1 or mps (default: cpu)"
    )


def file_path(text: str) -> Path:
    """An argument type: a path, in which `~` is the home folder; shells leave `--out=~/x` as it is.

    Raises argparse.ArgumentTypeError for the home of a user who does not exist.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from error


def add_image_size(parser: argparse.ArgumentParser) -> None:
    """Add `--image-size`, for profiles whose images have no size of their own."""
    parser.add_argument(
        "--image-size",
        type=whole_number(1, 1024),
        metavar="N",
        help="of imagefolder:PATH (default 32)",
    )


def whole_number(low: int, high: int | None = None) -> Callable[[str], int]:
    """An argument type: a whole number between bounds. Others get a clear message."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if number < low or (high is not None and number > high):
            bounds = f"from {low} to {high}" if high is not None else f"of at least {low}"
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number {bounds}")
        return number

    return parse


def _answer_for_absent(subparsers: Subparsers, name: str, room: str, reason: str) -> None:
    """Add a command that takes any arguments and names the package to install."""

    def run(_args: argparse.Namespace) -> int:
        raise CourseError(
            f"`course {name}` belongs to {room}/, which cannot be imported here ({reason});"
            f" install the whole course from its repository: pip install -e ."
        )

    # No argument starts with a NUL, so options are taken like everything else.
    parser = subparsers.add_parser(
        name, help="not installed here", prefix_chars="\0", add_help=False
    )
    parser.add_argument("anything", nargs="*")
    parser.set_defaults(run=run)


if __name__ == "__main__":
    sys.exit(main())
