#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image that submissions are graded in.
set -euo pipefail
source=$(cd "$(dirname "$0")" && pwd)
home="${AUTOGRADER_HOME:-/opt/adversarial-course}"
python="$home/venv/bin/python"

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends bubblewrap python3 python3-venv util-linux

# PyTorch without CUDA, unless another index is named: the image stays small, and there is no GPU.
export PIP_EXTRA_INDEX_URL="${PIP_EXTRA_INDEX_URL:-https://download.pytorch.org/whl/cpu}"
python3 -m venv "$home/venv"
"$python" -m pip install --no-cache-dir --constraint "$source/constraints.txt" \
  --requirement "$source/requirements.txt"
# Beside the packages, not among them: a student's process reads those, and here are the answers.
"$python" -m pip install --no-cache-dir --no-deps --upgrade --target "$home/course" "$source"/*.whl
"$python" -c "import sysconfig; print(sysconfig.get_path('purelib'))" | while read -r packages; do
  echo "$home/course" >"$packages/adversarial-course.pth"
done

chmod 600 "$source/secret"
COURSE_DATA="$home/data" "$python" -I -m autograder.exports.gradescope_live --prepare "$source"
