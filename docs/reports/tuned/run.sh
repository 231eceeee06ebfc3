#!/usr/bin/env bash
# Tuned calls on a host with 2 GPUs, in at most 7 minutes. Run it in the folder with the unpacked bundle:
#   bash run.sh [OUT]      JCCL_BUNDLE names the bundle's folder (default: ./jccl); everything goes to OUT (default: ./tuned-out)
# Steps: which broadcast of 2 MiB hangs, way by way, 15 s each with a thread dump; tune measures and chooses for three
# operations; bench --tuned sets NCCL's defaults, tuned calls and both prepared side by side in 14 rounds in turns; small calls
# in 40 rounds; the same without graph mixing; all rules with the choice; broadcast and reduce, whose buffers lie in windows, too.
set -u
out=$(mkdir -p "${1:-tuned-out}" && cd "${1:-tuned-out}" && pwd)
home=$(cd "${JCCL_BUNDLE:-jccl}" && pwd)
jccl=$home/jccl
summary=$out/summary.txt; : > "$summary"
export NCCL_NVLS_ENABLE=0 JCCL_TUNING_CACHE=$out/cache.txt
libnccl=$(python3 -c 'import nvidia.nccl, glob; print(glob.glob(list(nvidia.nccl.__path__)[0] + "/lib/libnccl.so.2")[0])' 2>/dev/null)
[ -n "$libnccl" ] && export JCCL_NCCL_PATH=${JCCL_NCCL_PATH:-$libnccl}
ops=all_reduce,all_gather,reduce_scatter

step() { # name, seconds, command...
  local name=$1 limit=$2 start=$SECONDS; shift 2
  timeout -k 2 -s KILL "$limit" "$@" > "$out/$name.log" 2>&1; local rc=$?
  { echo "== $name: rc $rc, $((SECONDS - start)) s"; grep -A14 '^# geometric means' "$out/$name.log"; grep -E '^# (chosen|HANGS|kept)' "$out/$name.log"; } | tee -a "$summary"
}
# A way that hangs: its threads after 11 s, killed after 15.
diag() {
  local name=diag-$(echo "$*" | tr ' ' '-') start=$SECONDS pid
  "$jccl" run --backend nccl --ranks 2 org.jccl.benchmarks.examples.WindowBroadcast "$@" > "$out/$name.log" 2>&1 & pid=$!
  for _ in $(seq 110); do kill -0 $pid 2>/dev/null || break; sleep 0.1; done
  if kill -0 $pid 2>/dev/null; then
    kill -QUIT $pid $(pgrep -P $pid) 2>/dev/null; sleep 2
    kill -KILL $(pgrep -P $pid) $pid 2>/dev/null
  fi
  wait $pid 2>/dev/null; local rc=$?
  echo "== $name: rc $rc, $((SECONDS - start)) s, $(grep -c 'prepared$' "$out/$name.log") prepared, $(grep -c 'ended, right' "$out/$name.log") right, $(grep -c WRONG "$out/$name.log") wrong" | tee -a "$summary"
}
step tune 110 "$jccl" tune --backend nccl --ranks 2 --op $ops --rounds 3 --patience 20 --out "$out/tuning.txt" --raw "$out/tune-rounds.json" --show
bench=("$jccl" bench --backend nccl --ranks 2 --tuned --op $ops)
step tuned 75 "${bench[@]}" --rounds 14 --out "$out/tuned"
step tuned-small 45 "${bench[@]}" --rounds 40 -e 32K --out "$out/tuned-small"
step tuned-no-mixing 60 env NCCL_GRAPH_MIXING_SUPPORT=0 "${bench[@]}" --rounds 14 --out "$out/tuned-no-mixing"
step verify-tuned 150 env JCCL_TUNING=auto "$jccl" verify --backend nccl
tail -30 "$out/verify-tuned.log" >> "$summary"
step rooted 45 "$jccl" bench --backend nccl --ranks 2 --tuned --op broadcast,reduce -e 128M --rounds 14 --out "$out/rooted"
step prepared-others 45 "$jccl" bench --backend nccl --ranks 2 --tuned --op sendrecv,all_to_all -e 16M --rounds 14 --out "$out/prepared-others"
diag plain loop none; diag plain prepared none; diag window loop none
diag window prepared none; diag window prepared same
cat "$summary"
