"""GitHub Actions: a workflow that grades what students push to a private repository.

The secret is kept in an environment that only the main branch may use; a pull request, whose code
is anybody's, runs without it and may only read.
https://docs.github.com/en/actions/security-for-github-actions
"""

from __future__ import annotations

import jinja2

from autograder.report.feedback import TEMPLATES
from autograder.sandbox.bubblewrap import APPARMOR_PROFILE


def workflow(assignment: str) -> str:
    """The text of .github/workflows/grade.yml for one assignment."""
    marks = jinja2.Environment(  # not the usual ones, which are GitHub's own
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the assignment's name comes from our own catalog
    )
    template = marks.from_string((TEMPLATES / "grade.yml").read_text(encoding="utf-8"))
    return template.render(assignment=assignment, profile=APPARMOR_PROFILE)
