"""The claims of report 003, each with its place: a tutorial's page, with nine exercises.

Places name the section and the line of the published text.
"""

from __future__ import annotations

from solutions.reproductions.record import Finding, Published
from solutions.reproductions.reports.claims_table import prose_claims, table_claims

PAIRS = "clean / under FGSM at 0.1, in %, after a short training on a part of the images"
NO_RESULT = "no result; it is not measured here"


def _exercise(number: int, line: int, task: str, told: str) -> Published:
    return Published(
        f"exercise-{number}",
        f"Exercise {number}: {task}",
        "an exercise",
        "",
        f"exercises, line {line}",
        reason=told,
    )


PUBLISHED: tuple[Published, ...] = (
    *table_claims(
        {
            0.0: "key results, line 72",
            0.05: "key results, line 73",
            0.1: "key results, line 74",
            0.2: "key results, line 75",
            0.3: "key results, line 76",
        },
        clean_again="overview, lines 11 and 41",
    ),
    *prose_claims("critical insight, line 78", "key results, line 75", "overview, line 11"),
    _exercise(1, 182, "a learning rate that falls in steps", PAIRS),
    _exercise(2, 183, "training curves", "accuracy on the images trained on, with dropout"),
    _exercise(3, 184, "batch sizes", PAIRS),
    _exercise(4, 187, "batch normalisation after convolutions", PAIRS),
    _exercise(5, 188, "SGD, Adam and AdamW", f"the base is Adam; {PAIRS}"),
    _exercise(6, 189, "PGD", "the same images under both"),
    _exercise(7, 192, "adversarial training", PAIRS),
    _exercise(8, 193, "export to ONNX", "run by ONNX Runtime, on clean and on attacked images"),
    _exercise(9, 194, "robustness curve for several attacks", "the same images under each"),
    Published(
        "",
        "Length of the article that goes with it",
        "8,000 words",
        "",
        "overview, line 23; article, line 129",
        reason="the article is report 002, whose page is about a third as long",
    ),
    Published(
        "",
        "Time for tutorial, article and exercises",
        "2 to 3 hours, 30 minutes, 1 to 2 hours",
        "",
        "prerequisites, lines 175 to 177",
        reason=NO_RESULT,
    ),
)

FINDINGS = (
    Finding(
        "The same table as report 002; nine exercises are left to the reader.",
        "The table on a network of report 002, and the nine exercises.",
        "In pixels {pixels-0.1} at 0.1 and {pixels-0.2} at 0.2, so this table agrees with pixel "
        "units too. Batch normalisation: {exercise-4}. Clean and FGSM images together: "
        "{exercise-7}. Several attacks: {exercise-9}.",
        "Pairs are clean accuracy and accuracy under FGSM, of one network each, so a small "
        "difference means nothing. Only training on attacks gains much.",
    ),
)
