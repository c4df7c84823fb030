"""The table that reports 002 and 003 both print, and their claims about it."""

from __future__ import annotations

from collections.abc import Mapping

from solutions.reproductions.record import Published

TABLE = {0.0: 98.45, 0.05: 95.32, 0.1: 82.14, 0.2: 41.23, 0.3: 18.67}
"""Epsilon, as printed, and accuracy in %."""
PIXELS = "in pixels, clamp [0, 1]"
"""The reading of epsilon that gives the table."""
ANOTHER_RUN = (
    "another run of the same recipe, ours in bfloat16; networks differ more the larger ε is"
)
STANDARDISED = "ε is applied to standardised images, where it is 0.3081 as large in pixels"


def table_claims(places: Mapping[float, str], *, clean_again: str) -> list[Published]:
    """The table, read in pixels and on standardised images, with each clamp; `places` by epsilon.

    Report 002 prints the clamp to [0, 1]. The one to [−2, 2] stands in no document, only in the
    notebook that was published with report 003.
    """
    claims = [
        Published(
            "clean",
            "Clean accuracy after five epochs",
            TABLE[0.0],
            "%",
            f"{places[0.0]}; {clean_again}",
            epsilon=0.0,
            curve=f"FGSM, {PIXELS}",
            reason="another run of the same recipe",
        )
    ]
    for epsilon, value in TABLE.items():
        if epsilon:
            claims.append(
                Published(
                    f"pixels-{epsilon:g}",
                    f"Accuracy at ε = {epsilon:g}, read in pixels",
                    value,
                    "%",
                    places[epsilon],
                    epsilon=epsilon,
                    curve=f"FGSM, {PIXELS}",
                    reason=ANOTHER_RUN,
                )
            )
    for name, code, why in (
        (
            "article",
            "through the code that the article prints, clamp [0, 1]",
            "the clamp cuts digits off besides: on that scale black is −0.42",
        ),
        (
            "notebook",
            "through the published notebook's code, clamp [−2, 2]",
            "the clamp, which the document does not show, cuts white off besides: on that scale "
            "it is 2.82",
        ),
        (
            "right",
            "on standardised images, clamp from black to white",
            "with the right clamp too, which nobody published",
        ),
    ):
        for epsilon, value in TABLE.items():
            if epsilon:
                claims.append(
                    Published(
                        f"{name}-{epsilon:g}",
                        f"Accuracy at ε = {epsilon:g} {code}",
                        value,
                        "%",
                        places[epsilon],
                        reason=f"{STANDARDISED}; {why}",
                    )
                )
    return claims


def prose_claims(insight: str, guessing: str, collapse: str) -> list[Published]:
    """The claims of both about the table in words; each argument is a place."""
    return [
        Published(
            "drop-0.1",
            "What ε = 0.1 costs",
            16,
            "points",
            insight,
            reason="another run of the same recipe, in pixels",
        ),
        Published(
            "epsilon-in-range",
            "ε = 0.1 as a part of the range of standardised pixels",
            3,
            "%",
            insight,
            remark="so this sentence counts ε on standardised images, but the accuracy it quotes "
            "is of pixels, where 0.1 is 10 % of the range",
        ),
        Published(
            "times-chance",
            "Accuracy at ε = 0.2, called worse than guessing, as a multiple of guessing",
            1,
            "x",
            guessing,
            reason="wrong: with ten classes guessing gets 10 %, and 41.23 % is far more",
        ),
        Published(
            "",
            "Accuracy collapses from 98 % to 41 %",
            "98 to 41 %",
            "",
            collapse,
            reason="two figures of its table, rounded down; see the rows at ε = 0 and 0.2",
        ),
    ]
