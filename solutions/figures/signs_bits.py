"""The table of road signs behind a rounding, drawn from one measurement.

`solutions.draw` writes it to a file; `solutions.figures.measured.signs_bits` measured.
"""

from __future__ import annotations

from collections.abc import Callable

from solutions.figures.fgsm import apart, mean_row
from solutions.figures.gallery import Drawing, Results

ATTACKS = {
    "clean": "no attack",
    "transfer": "PGD on the network without rounding",
    "blocked": "PGD, gradient 0",
    "through": "PGD through the rounding",
}


def _table(results: Results) -> str:
    """Mean accuracy by attack and bits, below the share of the values that an attack can use."""
    rows = results["bits"]
    lines = [f"| bits | {' | '.join(rows)} |", "|---|" + "--:|" * len(rows)]
    lines.append(mean_row("values that can change level", ([r["movable"]] for r in rows.values())))
    lines += [mean_row(title, (r[n] for r in rows.values())) for n, title in ATTACKS.items()]
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    """The measurement in a sentence."""
    about = results["about"]
    runs = (row[name] for row in results["bits"].values() for name in ATTACKS)
    return (
        f"Measured on `{about['profile']}` with the network `{about['network']}` at "
        f"{about['epsilon']}/255, {about['images']} test images, PGD with {about['steps']} steps "
        f"on two losses, every step counted. Accuracies are means of {len(about['seeds'])} "
        f"trainings behind each rounding, {apart(runs)}. `{about['command']}` measures it again.\n"
    )


FIGURES: dict[str, Drawing] = {}
TABLES: dict[str, Callable[[Results], str]] = {
    "signs-bits-setup": _setup,
    "signs-bits-table": _table,
}
