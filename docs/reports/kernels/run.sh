#!/usr/bin/env bash
# jccl's own kernels on a host with 2 GPUs, in at most 4 minutes. Run it in the folder with the unpacked bundle:
#   bash run.sh [OUT]      JCCL_BUNDLE names the bundle's folder (default: ./jccl); everything goes to OUT (default: ./kernels-out)
# Steps: are they right, for all types and sizes, in place and anywhere in memory; in graphs beside plain calls; 100,000 calls
# among NCCL's on two streams; a rank that comes late, an abort, a rank that never comes, the end of the process while a kernel
# waits; a process a rank, where NCCL makes the calls; times in 14 rounds in turns beside NCCL's defaults and tuned calls.
# A step that hangs is ended after its time, with a dump of its threads in its log.
set -u
out=$(mkdir -p "${1:-kernels-out}" && cd "${1:-kernels-out}" && pwd)
home=$(cd "${JCCL_BUNDLE:-jccl}" && pwd)
jccl=$home/jccl
summary=$out/summary.txt; : > "$summary"
export NCCL_NVLS_ENABLE=0 JCCL_TUNING_CACHE=$out/cache.txt
libnccl=$(python3 -c 'import nvidia.nccl, glob; print(glob.glob(list(nvidia.nccl.__path__)[0] + "/lib/libnccl.so.2")[0])' 2>/dev/null)
[ -n "$libnccl" ] && export JCCL_NCCL_PATH=${JCCL_NCCL_PATH:-$libnccl}
check=org.jccl.benchmarks.examples.KernelCheck

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
  { echo "== $name: rc $rc, $((SECONDS - start)) s"
    grep -E '^(rank [0-9]|all_reduce of|HANGS)|WRONG|Exception' "$out/$name.log" | head -12
    grep -A10 '^# geometric means' "$out/$name.log"; } | tee -a "$summary"
}
run=("$jccl" run --backend nccl --ranks 2 "$check")
step exact 40 "${run[@]}" exact
step graphs 25 "${run[@]}" graphs
step late 15 "${run[@]}" late
step abort 15 "${run[@]}" abort
step missing 20 "${run[@]}" missing
step exit 15 "${run[@]}" exit
step processes 20 "$jccl" run --processes 2 --backend nccl "$check" mixed 200 nccl
step mixed 60 "${run[@]}" mixed "${MIXED:-100000}"
ops=all_reduce,all_gather,reduce_scatter
step times 70 "$jccl" bench --backend nccl --ranks 2 --tuned --kernels --op $ops --rounds 14 -e "${LARGEST:-2M}" --out "$out/times"
if [ -n "${VERIFY:-}" ]; then
  step verify 150 env JCCL_TUNING=auto,kernels "$jccl" verify --backend nccl
  tail -12 "$out/verify.log" >> "$summary"
fi
cat "$summary"
