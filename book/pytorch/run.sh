#!/usr/bin/env bash
# Runs the PyTorch programs that stand beside the listings of the book: `bash book/pytorch/run.sh`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

environment=target/pytorch
python3 -m venv "$environment"
"$environment/bin/pip" install -q -r benches/pytorch/requirements.txt
for program in simple_nn sparse_nn; do
    printf '== %s\n' "$program"
    "$environment/bin/python" "book/pytorch/$program.py"
done
