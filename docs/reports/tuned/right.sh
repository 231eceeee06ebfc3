#!/usr/bin/env bash
# Are tuned calls and own kernels right, on a host with 2 GPUs, in at most 6 minutes? Run it in the folder with the unpacked bundle:
#   bash right.sh [OUT]    JCCL_BUNDLE: the bundle's folder (default: ./jccl); everything goes to OUT (default: ./right-out)
# Steps: 2,000 generated programs and 400 reductions of arbitrary floats, NCCL and the simulator with JCCL_TUNING=auto, then with
# auto,kernels (there two of three reductions are made by own kernels); all rules with auto,kernels.
# TUNINGS: "auto,kernels" alone takes about 3 minutes.
# How to read it: each line of the summary must say "0 differ", the last one "0 failed".
set -u
out=$(mkdir -p "${1:-right-out}" && cd "${1:-right-out}" && pwd)
home=$(cd "${JCCL_BUNDLE:-jccl}" && pwd)
jccl=$home/jccl
summary=$out/summary.txt; : > "$summary"
export NCCL_NVLS_ENABLE=0 JCCL_TUNING_CACHE=$out/cache.txt
libnccl=$(python3 -c 'import nvidia.nccl, glob; print(glob.glob(list(nvidia.nccl.__path__)[0] + "/lib/libnccl.so.2")[0])' 2>/dev/null)
[ -n "$libnccl" ] && export JCCL_NCCL_PATH=${JCCL_NCCL_PATH:-$libnccl}

step() { # name, seconds, command...
  local name=$1 limit=$2 start=$SECONDS pid rc; shift 2
  "$@" > "$out/$name.log" 2>&1 & pid=$!
  for _ in $(seq $((limit * 10))); do kill -0 $pid 2>/dev/null || break; sleep 0.1; done
  if kill -0 $pid 2>/dev/null; then
    kill -QUIT $pid $(pgrep -P $pid) 2>/dev/null; sleep 1
    kill -KILL $(pgrep -P $pid) $pid 2>/dev/null
    echo "HANGS" >> "$out/$name.log"
  fi
  wait $pid 2>/dev/null; rc=$?
  { echo "== $name: rc $rc, $((SECONDS - start)) s"; grep -E 'agree, [0-9]+ differ|^HANGS|[0-9]+ passed' "$out/$name.log" | tail -3; } | tee -a "$summary"
}
for tuning in ${TUNINGS:-auto auto,kernels}; do
  step "programs-$tuning" 60 env JCCL_TUNING=$tuning "$jccl" differential --backend nccl --ranks 2 --from 20001 --count 2000 --out "$out/$tuning"
  step "floats-$tuning" 40 env JCCL_TUNING=$tuning "$jccl" differential --floats --backend nccl --ranks 2 --from 71000 --count 400 --out "$out/$tuning"
done
step "rules-auto,kernels" 170 env JCCL_TUNING=auto,kernels "$jccl" verify --backend nccl
tail -12 "$out/rules-auto,kernels.log" >> "$summary"
cat "$summary"
