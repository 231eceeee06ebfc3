#!/usr/bin/env bash
# Tuned calls on a host with 2 GPUs, in less than 6 minutes. Run it in the folder with the unpacked bundle:
#   bash run.sh [OUT]      JCCL_BUNDLE names the bundle's folder (default: ./jccl); everything goes to OUT (default: ./tuned-out)
# Steps: tune measures and chooses; bench --tuned sets NCCL's defaults, tuned calls and both prepared side by side in 14 rounds
# in turns; the same without graph mixing; small calls in 40 rounds; all rules with the choice.
set -u
out=$(mkdir -p "${1:-tuned-out}" && cd "${1:-tuned-out}" && pwd)
home=$(cd "${JCCL_BUNDLE:-jccl}" && pwd)
jccl=$home/jccl
summary=$out/summary.txt; : > "$summary"
export NCCL_NVLS_ENABLE=0 JCCL_TUNING_CACHE=$out/cache.txt
libnccl=$(python3 -c 'import nvidia.nccl, glob; print(glob.glob(list(nvidia.nccl.__path__)[0] + "/lib/libnccl.so.2")[0])' 2>/dev/null)
[ -n "$libnccl" ] && export JCCL_NCCL_PATH=${JCCL_NCCL_PATH:-$libnccl}

step() { # name, seconds, command...
  local name=$1 limit=$2 start=$SECONDS; shift 2
  timeout -k 5 "$limit" "$@" > "$out/$name.log" 2>&1; local rc=$?
  { echo "== $name: rc $rc, $((SECONDS - start)) s"; grep -A8 '^# geometric means' "$out/$name.log"; grep '^# chosen' "$out/$name.log"; } | tee -a "$summary"
}
step tune 150 "$jccl" tune --backend nccl --ranks 2 --rounds 6 --out "$out/tuning.txt" --raw "$out/tune-rounds.json" --show
step tuned 90 "$jccl" bench --backend nccl --ranks 2 --tuned --tuning "$out/tuning.txt" --rounds 14 --out "$out/tuned"
step tuned-no-mixing 90 env NCCL_GRAPH_MIXING_SUPPORT=0 "$jccl" bench --backend nccl --ranks 2 --tuned --tuning "$out/tuning.txt" --rounds 14 --out "$out/tuned-no-mixing"
step tuned-small 60 "$jccl" bench --backend nccl --ranks 2 --tuned --tuning "$out/tuning.txt" --rounds 40 -e 32K --out "$out/tuned-small"
# the same run against itself: what noise alone makes of a baseline
step baseline 60 "$jccl" bench --backend nccl --ranks 2 --tuned --tuning "$out/tuning.txt" --rounds 14 -e 32K --op all_reduce,sendrecv --baseline "$out/tuned-small/rounds.json"
step verify-tuned 240 env JCCL_TUNING="$out/tuning.txt" "$jccl" verify --backend nccl
tail -40 "$out/verify-tuned.log" >> "$summary"
cat "$summary"
