#!/usr/bin/env bash
# Gradescope runs this for every submission, as root, and reads results/results.json after it.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
home="${AUTOGRADER_HOME:-/opt/adversarial-course}"
export COURSE_DATA="${COURSE_DATA:-$home/data}"
# -I: no module is taken from the folder that this happens to run in, which may be the student's.
exec "${AUTOGRADER_PYTHON:-$home/venv/bin/python}" -I -m autograder.exports.gradescope_live "$root"
