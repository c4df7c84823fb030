"""The command `course`: collects its subcommands, runs one, and turns mistakes into one line each.

Subcommands come from the entry points of the group `course.commands`: functions that add a parser
and set its default `run(args) -> int`. Rooms above add theirs without being imported here. What
needs PyTorch is imported when a command runs, so that help and mistakes are answered at once.
"""

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.errors import CourseError

if TYPE_CHECKING:
    from course.data import Dataset
    from course.training import History, Recipe

    # Quoted below, since only type checkers know the name.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

# Commands of rooms that a student's copy does not have; it says so instead of not knowing them.
ROOMS_ABOVE = dict.fromkeys(("attack", "figures", "playground", "reproduce"), "solutions")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `course` with these arguments (default: the command line's); return the exit status."""
    return run_command(command_parser(), argv)


def run_command(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Run what the arguments name and return the exit status, for every command of the project.

    0: done, 2: the user must change something, said in one line on stderr, 130: stopped by Ctrl-C.
    """
    args = parser.parse_args(argv)
    try:
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


def command_parser() -> argparse.ArgumentParser:
    """The parser of `course`, with an answer also for the subcommands that are not installed."""
    parser = argparse.ArgumentParser(
        "course", description="Data, models and the site of the course on adversarial images."
    )
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
    return parser


def data_command(subparsers: "Subparsers") -> None:
    """Add `course data`, with `download` and `show` below it."""
    parser = subparsers.add_parser("data", help="list, download or show the course's images")
    parser.set_defaults(run=_list_profiles)
    actions = parser.add_subparsers(metavar="ACTION")
    download = actions.add_parser("download", help="fetch a profile into COURSE_DATA, and check it")
    download.add_argument("profile", metavar="NAME", help="mnist, fashion-mnist or cifar10")
    download.set_defaults(run=_download)
    show = actions.add_parser("show", help="draw some test images")
    show.add_argument("profile", metavar="PROFILE", help="such as digits or imagefolder:PATH")
    show.add_argument(
        "--count", type=whole_number(1, 12), default=10, help="at most 12 (default 10)"
    )
    show.add_argument("--out", type=Path, required=True, help="an .svg or .png file")
    _add_image_size(show)
    show.set_defaults(run=_show)


def train_command(subparsers: "Subparsers") -> None:
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
    parser.add_argument("--out", type=Path, default=Path("build/model.safetensors"))
    parser.add_argument("--channels-last", action="store_true", help="faster for wide networks")
    parser.add_argument("--bfloat16", action="store_true", help="compute in half the bits")
    _add_image_size(parser)
    parser.set_defaults(run=_train)


def serve_command(subparsers: "Subparsers") -> None:
    """Add `course serve`."""
    parser = subparsers.add_parser("serve", help="serve the built site on this machine")
    parser.add_argument(
        "--port", type=whole_number(0, 65535), default=8000, help="default: %(default)s"
    )
    parser.add_argument("--folder", type=Path, default=Path("build/site"))
    parser.set_defaults(run=_serve)


def site_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of `folder` that only this machine can reach; port 0 takes any free one.

    Raises CourseError when the site is not built or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise CourseError(f"there is no site in {folder}: build it with `make site`")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
        raise CourseError(f"port {port} {why}: choose another with --port") from error


def _list_profiles(_args: argparse.Namespace) -> int:
    from course.data import PROFILES, data_root

    rows = [("profile", "train", "test", "pixels", "state", "what")]
    for name, profile in PROFILES.items():
        train, test = (f"{count:,}" for count in profile.counts) if profile.counts else ("-", "-")
        pixels = "x".join(str(side) for side in profile.image_shape or ()) or "-"
        if not profile.files:
            state = "built in" if profile.counts else "-"
        else:
            state = "missing" if profile.missing(data_root()) else "ready"
        rows.append((name, train, test, pixels, state, profile.title))
    _print_table(rows)
    origin = "COURSE_DATA" if os.environ.get("COURSE_DATA") else "COURSE_DATA is not set"
    print(f"\nlooked in {data_root()} ({origin}); fetch with `course data download NAME`")
    return 0


def _download(args: argparse.Namespace) -> int:
    from course.budget import profile_name
    from course.data import PROFILES, data_root, load

    profile = PROFILES[profile_name(args.profile)]
    if not profile.files:
        raise CourseError(f"{args.profile} needs no download ({profile.title})")
    dataset = load(args.profile, download=True)
    print(f"{_describe(dataset)}, in {data_root() / profile.folder}")
    print(f"SHA-256 of the tensors: {dataset.sha256}")
    return 0


def _show(args: argparse.Namespace) -> int:
    from course import plots
    from course.data import load

    count = args.count
    dataset = load(args.profile, train=1, test=count, image_size=args.image_size, progress=False)
    titles = [dataset.classes[label] for label in dataset.test.labels[:count].tolist()]
    figure = plots.image_row(dataset.test.images[:count], titles, title=f"{dataset.name}, test")
    plots.save(figure, args.out)
    print(f"{len(titles)} test images of {dataset.name} drawn in {args.out}")
    return 0


def _train(args: argparse.Namespace) -> int:
    from dataclasses import asdict, replace

    from course.budget import budget
    from course.data import load
    from course.metrics import predict
    from course.models import build, parameter_count
    from course.saving import save
    from course.training import fit, plain_recipe

    # Known to be wrong now is better than known to be wrong after training.
    if args.out.is_dir():
        raise CourseError(f"{args.out} is a folder; --out names the file to write")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    recipe = replace(
        plain_recipe(args.epochs or budget(args.data).cnn_epochs, seed=args.seed),
        channels_last=args.channels_last,
        bfloat16=args.bfloat16,
    )
    dataset = load(args.data, train=args.images, image_size=args.image_size)
    channels, side, _ = dataset.image_shape
    shape: dict[str, Any] = {
        "in_channels": channels,
        "image_size": side,
        "num_classes": dataset.num_classes,
    }
    model = build(args.model, **shape, seed=args.seed)
    print(f"{args.model}, {parameter_count(model):,} parameters; {_describe(dataset)}\n")
    history = fit(model, dataset.train.images, dataset.train.labels, recipe)
    predictions = predict(model, dataset.test.images).argmax(dim=1)
    correct = int((predictions == dataset.test.labels).sum())
    metadata = {
        "profile": dataset.name,
        "profile_sha256": dataset.sha256,
        "train_images": len(dataset.train),
        "test_accuracy": correct / len(dataset.test),
        "recipe": asdict(recipe),
    }
    save(model, args.out, name=args.model, **shape, metadata=metadata)
    _print_training(history, recipe, correct, len(dataset.test))
    print(f"saved in {args.out}")
    return 0


def _serve(args: argparse.Namespace) -> int:
    with site_server(args.folder, args.port) as server:
        print(f"http://127.0.0.1:{server.server_port} serves {args.folder}; Ctrl-C stops it")
        sys.stdout.flush()
        server.serve_forever()
    return 0


def _print_training(history: "History", recipe: "Recipe", correct: int, total: int) -> None:
    from course.metrics import wilson_interval

    rows = [("epoch", "mean loss", "training accuracy")]
    for epoch, (loss, accuracy) in enumerate(zip(history.loss, history.accuracy, strict=True), 1):
        rows.append((str(epoch), f"{loss:.4f}", f"{accuracy:.1%}"))
    _print_table(rows)
    low, high = wilson_interval(correct, total)
    print(
        f"\ntest accuracy {correct / total:.1%} ({correct:,} of {total:,};"
        f" 95% Wilson interval {low:.1%} to {high:.1%}), seed {recipe.seed},"
        f" {history.seconds:.1f} s of training"
    )


def _describe(dataset: "Dataset") -> str:
    shape = "x".join(str(side) for side in dataset.image_shape)
    return (
        f"{dataset.name}: {len(dataset.train):,} training and {len(dataset.test):,} test images"
        f" of {shape}, {dataset.num_classes} classes"
    )


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _add_image_size(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--image-size",
        type=whole_number(1, 1024),
        metavar="N",
        help="of imagefolder:PATH (default 32)",
    )


def whole_number(low: int, high: int | None = None) -> Callable[[str], int]:
    """An argument type: a whole number between bounds, said so if it is not."""

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


def _answer_for_absent(subparsers: "Subparsers", name: str, room: str, reason: str) -> None:
    """Add a command that takes any arguments and says what to install."""

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
