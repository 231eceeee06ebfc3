#!/usr/bin/env bash
# The rule book with a process per rank, on a host with 2 GPUs (or N: RANKS=N), from the unpacked bundle or a build.
#   bash verify.sh OUT JCCL [--rule LIST]
# OUT gets three files: rules-nccl-2-processes.tsv, tests-nccl-2-processes.tsv, summary.txt (what was broken, the totals, and
# what needs one process); the log stays there only if something was broken.
set -u
out=$1; jccl=$2; shift 2; ranks=${RANKS:-2}
mkdir -p "$out"
export NCCL_NVLS_ENABLE=${NCCL_NVLS_ENABLE:-0}
start=$SECONDS
"$jccl" verify --backend nccl --processes "$ranks" --out "$out" "$@" > "$out/all.txt" 2>&1; rc=$?
{
  echo "verify --backend nccl --processes $ranks $*: rc $rc, $((SECONDS - start)) s"
  grep -E '^(nccl-|[0-9]+ tests need|  (required|optional)_|failed )' "$out/all.txt"
  awk '/^BROKEN/{n=12} n-->0' "$out/all.txt"
} > "$out/summary.txt"
if [ "$rc" = 0 ]; then rm -f "$out/all.txt" "$out"/verify-*.log; else tail -c 20000 "$out"/verify-*.log > "$out/log-tail.txt"; rm -f "$out"/verify-*.log; fi
cat "$out/summary.txt"
