"""The table of stronger attacks on road signs, drawn from one measurement.

`solutions.draw` writes it to a file; `solutions.figures.measured.signs_attacks` measured.
"""

from __future__ import annotations

from collections.abc import Callable

from solutions.figures.fgsm import spread
from solutions.figures.gallery import Drawing, Results


def _table(results: Results) -> str:
    """Accuracy under each attack, a column for each training."""
    left, about = results["left"], results["about"]
    few, many = about["steps"]
    titles = {
        "none": "none",
        "FGSM": "FGSM, one step",
        "PGD": f"PGD, {few} steps",
        "more steps": f"PGD, {many} steps",
        "more starts": f"PGD, {few} steps, {about['starts']} starts",
        "margin": f"PGD, {few} steps, on the margin",
        "worst": "worst case: two losses, two starts each",
    }
    lines = [f"| attack | {' | '.join(left)} |", "|---|" + "--:|" * len(left)]
    for key, title in titles.items():
        cells = " | ".join(spread(runs[key]) for runs in left.values())
        lines.append(f"| {title} | {cells} |")
    return "\n".join(lines) + "\n"


def _setup(results: Results) -> str:
    about = results["about"]
    return (
        f"The table on road signs: `{about['profile']}`, the network `{about['network']}`, "
        f"{len(about['seeds'])} trainings of each kind, {about['images']} test images, "
        f"{about['epsilon']}/255. Accuracies in percent, means with the lowest and the highest. "
        f"`{about['command']}` measures it again.\n"
    )


FIGURES: dict[str, Drawing] = {}
TABLES: dict[str, Callable[[Results], str]] = {
    "signs-attacks-setup": _setup,
    "signs-attacks-table": _table,
}
