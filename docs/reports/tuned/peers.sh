#!/usr/bin/env bash
# What jccl reaches beside the other programs that use NCCL, on a host with 2 GPUs, in at most 9 minutes. Run it in the folder
# with the unpacked bundle:
#   bash peers.sh [OUT]    JCCL_BUNDLE: the bundle's folder (default: ./jccl); NCCL_TESTS: the folder with nccl-tests' programs
#                          (*_perf, default: ./nccl-tests); python3 has torch; everything goes to OUT (default: ./peers-out)
# Steps, each ended after its time: six operations, 8 B to 512 MiB, in 14 rounds in turns: NCCL's defaults, tuned, own kernels, all three
# prepared, nccl-tests, PyNccl's way, torch.distributed; rooted operations, whose buffers lie in windows, too; many
# small all-reduces as a group and as one call; prepared calls without graph mixing.
# OPS: other operations than the six, with commas. PARTS: some of "peers coalesced rooted no-mixing" ("peers coalesced" with
# OPS=all_reduce,all_gather,reduce_scatter,sendrecv takes about 5 minutes).
# How to read it: docs/reports/tuned/README.md, "The peers' run".
set -u
out=$(mkdir -p "${1:-peers-out}" && cd "${1:-peers-out}" && pwd)
home=$(cd "${JCCL_BUNDLE:-jccl}" && pwd)
jccl=$home/jccl
tests=$(cd "${NCCL_TESTS:-nccl-tests}" 2>/dev/null && pwd)
summary=$out/summary.txt; : > "$summary"
export NCCL_NVLS_ENABLE=0 JCCL_TUNING_CACHE=$out/cache.txt PYTHONUNBUFFERED=1
libnccl=$(python3 -c 'import nvidia.nccl, glob; print(glob.glob(list(nvidia.nccl.__path__)[0] + "/lib/libnccl.so.2")[0])' 2>/dev/null)
[ -n "$libnccl" ] && export JCCL_NCCL_PATH=${JCCL_NCCL_PATH:-$libnccl}

parts=" ${PARTS:-peers coalesced rooted no-mixing} "
step() { # name, seconds, command...
  local name=$1 limit=$2 start=$SECONDS; shift 2
  case $parts in *" $name "*) ;; *) return ;; esac
  timeout -k 2 -s KILL "$limit" "$@" > "$out/$name.log" 2>&1; local rc=$?
  { echo "== $name: rc $rc, $((SECONDS - start)) s"; sed -n '/^# geometric means/,$p' "$out/$name.log" | grep -v '^# wrote'; } | tee -a "$summary"
}
bench=("$jccl" bench --backend nccl --ranks 2)
ops=${OPS:-all_reduce,all_gather,reduce_scatter,sendrecv,broadcast,all_to_all}
step peers 390 "${bench[@]}" --peers --kernels ${tests:+--nccl-tests "$tests"} --op $ops --rounds 14 --out "$out/peers"
step coalesced 45 "${bench[@]}" --coalesced --kernels --rounds 14 --out "$out/coalesced"
step rooted 50 "${bench[@]}" --tuned --op broadcast,reduce,gather,scatter --rounds 14 --out "$out/rooted"
step no-mixing 45 env NCCL_GRAPH_MIXING_SUPPORT=0 "${bench[@]}" --tuned --op all_reduce,all_gather,reduce_scatter --rounds 14 --out "$out/no-mixing"
cat "$summary"
