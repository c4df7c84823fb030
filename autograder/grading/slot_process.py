"""The process of a slot: the parent of its workers loads while the judge does.

python -m autograder.grading.slot_process LEVEL
"""

import sys

from autograder.sandbox import box
from course.cli import Later

serve = Later("autograder.grading.slot:main")  # imports PyTorch, for which the parent does not wait


def main(level: str) -> None:
    """Serve jobs until the input ends."""
    box.preload(level)
    serve()


if __name__ == "__main__":
    main(sys.argv[1])
