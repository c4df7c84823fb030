"""The table of road signs behind a rounding, drawn from one measurement.

`solutions.draw` writes it to a file; `solutions.figures.measured.signs_bits` measured.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

from solutions.figures.gallery import Drawing, Results

ATTACKS = {
    "clean": "no attack",
    "transfer": "PGD on the network without rounding",
    "blocked": "PGD, gradient 0",
    "through": "PGD through the rounding",
}


def _table(results: Results) -> str:
    """Mean accuracy by bits and attack, with the share of the values that an attack can use."""
    lines = [
        f"| bits | values that can change level | {' | '.join(ATTACKS.values())} |",
        "|--:|" + "--:|" * (1 + len(ATTACKS)),
    ]
    for bits, row in results["bits"].items():
        shares = [row["movable"], *(fmean(row[name]) for name in ATTACKS)]
        lines.append(f"| {bits} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |")
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    """The measurement in a sentence."""
    about = results["about"]
    runs = [row[name] for row in results["bits"].values() for name in ATTACKS]
    apart = max(max(values) - min(values) for values in runs)
    return (
        f"Measured on `{about['profile']}` with the network `{about['network']}` at "
        f"{about['epsilon']}/255, {about['images']} test images, PGD with {about['steps']} steps "
        f"on two losses, every step counted. Accuracies are means of {len(about['seeds'])} "
        f"trainings behind each rounding, which are at most {100 * apart:.1f} points apart. "
        f"`{about['command']}` measures it again.\n"
    )


FIGURES: dict[str, Drawing] = {}
TABLES: dict[str, Callable[[Results], str]] = {
    "signs-bits-setup": _setup,
    "signs-bits-table": _table,
}
