"""nbgrader's settings for this course; run nbgrader in this folder.

`source/` is built from `authored/` (see README.md) and committed; every other folder is made here
by nbgrader and stays out of the repository.
"""

import os
import sys
import warnings
from pathlib import Path

from sqlalchemy.exc import SAWarning

c = get_config()  # nbgrader defines it before it runs this file

c.CourseDirectory.course_id = "adversarial-images"
c.IncludeHeaderFooter.header = "source/header.ipynb"

# What a student finds where the solution was. The check cells recognise NotImplementedError.
c.ClearSolutions.code_stub = {
    "python": 'raise NotImplementedError("This one is not written yet: your code goes here.")'
}

# Grading: the judge takes the place of the kernel, so that `nbgrader autograde` and the formgrader
# give the scores of `autograder grade`. A damaged notebook is repaired first; only its text counts.
c.Autograde.exporter_class = "autograder.nbgrader_plugin.bridge.SubmissionExporter"
c.Autograde.pre_convert_hook = "autograder.nbgrader_plugin.names.take_renamed"
c.Autograde.sanitize_preprocessors = [
    "autograder.nbgrader_plugin.repair.RestoreCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugin.bridge.JudgeNotebook",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.nbgrader_plugin.bridge.SaveJudgedGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.TrustedJudge.profile = "digits"  # or signs, mnist, fashion-mnist, cifar10
# c.TrustedJudge.secret = "/path/to/a/file"  # default: that of `autograder grade`
# c.TrustedJudge.trust_submissions = True  # without isolation: only what you would run yourself

# For a new gradebook nbgrader calls `alembic` by name: let it be found beside this Python.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# nbgrader 0.9 touches a submission that is not in its session yet. The stored marks are right.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader.api")
