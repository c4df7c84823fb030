"""`course attack`: how many images a network still reads under attack, from the command line.

Named as an entry point in pyproject.toml; `attack_table.py` does the work.
"""

from __future__ import annotations

import argparse
import math

from course.cli import (
    Later,
    Subparsers,
    add_device,
    add_image_size,
    file_path,
    whole_number,
)


def attack_command(subparsers: Subparsers) -> None:
    """Add `course attack`."""
    parser = subparsers.add_parser(
        "attack",
        help="attack a network and measure what is left",
        description="Attack the test images of a profile and print the accuracy that is left.",
    )
    parser.add_argument(
        "--model",
        default="strided-cnn",
        metavar="FILE|NAME",
        help="a file of `course train`, or a network's name: it is then trained first "
        "(default: %(default)s)",
    )
    parser.add_argument("--data", default="digits", metavar="PROFILE", help="default: %(default)s")
    parser.add_argument(
        "--attack",
        choices=["fgsm", "pgd", "noise", "ensemble"],
        default="pgd",
        help="ensemble: four attacks with nothing to choose, the worst for each image; slow "
        "(default: %(default)s)",
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--epsilon",
        type=pixel_epsilon,
        metavar="E",
        help="largest change of a pixel, such as 8/255 or 0.1 (default: the profile's budget)",
    )
    size.add_argument(
        "--epsilons", type=pixel_epsilons, metavar="E,E,...", help="several, such as 0,2/255,0.1"
    )
    parser.add_argument("--steps", type=whole_number(1), default=40, metavar="N", help="of pgd")
    parser.add_argument(
        "--images",
        type=whole_number(1),
        default=500,
        metavar="N",
        help="at most (default: %(default)s)",
    )
    parser.add_argument("--seed", type=whole_number(-(2**32), 2**32 - 1), default=0, metavar="N")
    add_image_size(parser)
    parser.add_argument(
        "--out",
        type=file_path,
        metavar="FILE",
        help=".png or .svg: images, or a curve for --epsilons",
    )
    add_device(parser)
    parser.set_defaults(run=Later("solutions.attack_table:run"))


def pixel_epsilon(text: str) -> float:
    """Read "8/255" or "0.1": a number from 0 to 1, in pixel units.

    Raises argparse.ArgumentTypeError, with the likely slip for a number above 1.
    """
    try:
        top, _, bottom = text.partition("/")
        epsilon = float(top) / (float(bottom) if "/" in text else 1.0)
    except (ValueError, ZeroDivisionError):
        epsilon = math.nan
    if 1 < epsilon <= 255:
        raise argparse.ArgumentTypeError(
            f"{text} is more than the whole range of a pixel, [0, 1]; did you mean {text}/255?"
        )
    if not 0 <= epsilon <= 1:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number from 0 to 1, such as 8/255 or 0.1"
        )
    return epsilon


def pixel_epsilons(text: str) -> list[float]:
    """Read "0,2/255,0.1" into rising, different epsilons."""
    return sorted({pixel_epsilon(part.strip()) for part in text.split(",")})
