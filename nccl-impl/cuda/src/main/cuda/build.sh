#!/usr/bin/env bash
# Makes the PTX beside the classes from one_shot.cu; needs nvcc of CUDA 12 or newer. A test says when this has to be run.
# The PTX is written as version 7.8, which it keeps to (ptxas checks that): drivers of CUDA 11.8 and newer load it.
set -eu
cd "$(dirname "$0")"
out=../resources/org/jccl/nccl/cuda
mkdir -p "$out"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for arch in 80 90; do
  flags="-ptx -O3 -std=c++17 -arch=compute_$arch"
  nvcc $flags -o "$work/made.ptx" one_shot.cu
  sed -i -e '/^\/\//d' -e 's/^\.version .*/.version 7.8/' "$work/made.ptx"
  { echo "// one_shot.cu $(sha256sum < one_shot.cu | cut -d' ' -f1)"; echo "// nvcc $flags"; cat "$work/made.ptx"; } > "$work/out.ptx"
  ptxas -arch=sm_$arch -v -o "$work/made.cubin" "$work/out.ptx"
  cp "$work/out.ptx" "$out/one_shot_$arch.ptx"
done
