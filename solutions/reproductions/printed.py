"""The FGSM curves that three reports print for MNIST, for a notebook to bring to one unit.

The numbers are those of the claims; here they only get back the epsilon that stands in print.
"""

from __future__ import annotations

from collections.abc import Sequence

from solutions.reproductions.record import Published
from solutions.reproductions.reports import claims000, claims002, claims004


def _printed(published: Sequence[Published], curve: str, unit: float) -> dict[float, float]:
    """Epsilon as printed, where one is `unit` pixels, to the accuracy in %.

    Claims in quotation marks are figures of the report's prose ("around 20 %"), not of its table.
    """
    return {
        round(claim.epsilon / unit, 4): float(claim.value)
        for claim in published
        if claim.curve == curve and claim.epsilon is not None and "“" not in claim.claim
    }


# A report's letter in assignment 3: the tables as they stand in print.
PRINTED_CURVES = {
    "A": _printed(claims000.PUBLISHED, "FGSM plain", 1.0),
    "B": _printed(claims002.PUBLISHED, "FGSM, in pixels, clamp [0, 1]", 1.0),
    "C": _printed(claims004.PUBLISHED, "FGSM", 0.5),
}
