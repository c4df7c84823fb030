#!/bin/sh
# Writes constraints.txt: one tested version of every package, for each Python the course supports.
# Usage: tools/constraints.sh PATH_TO_UV
set -eu
cd "$(dirname "$0")/.."
header=$(sed -n '1,3p' constraints.txt)   # the comment and torch's exact pin
exact=$(mktemp)
trap 'rm -f "$exact"' EXIT
echo "$header" | tail -1 >"$exact"   # students may have another PyTorch; these versions fit this one
resolved=$("$1" pip compile --quiet --universal --python-version 3.10 --all-extras \
  --constraint "$exact" --no-header --no-annotate pyproject.toml)
{ echo "$header"; echo "$resolved" | grep -vE '^(torch==|nvidia-|cuda-|triton|#)'; } >constraints.txt
