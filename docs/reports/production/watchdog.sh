#!/usr/bin/env bash
# kill -9 and SIGSTOP of each rank, amid all-reduces of 64 MiB, ranks started one by one: what each other rank does.
#   RANKS=4 bash watchdog.sh OUT JCCL      (RANKS: 2 without it)
set -u
out=$1; jccl=$2; ranks=${RANKS:-2}; mkdir -p "$out"; mixed=org.jccl.benchmarks.examples.MixedRanks
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
minus() { python3 -c "print(round($1-$2,3))" 2>/dev/null || echo '(none)'; }
last=$((ranks - 1))
for what in KILL STOP; do for victim in $(seq 0 $last); do
  name=$what-rank$victim; port=$(free_port); pid=()
  for r in $(seq 0 $last); do
    MASTER_ADDR=127.0.0.1 MASTER_PORT=$port RANK=$r WORLD_SIZE=$ranks LOCAL_RANK=$r JCCL_GROUP_SECRET=s JCCL_OBSERVE=recorder JCCL_RECORDER_DIR=$out/rec-$name "$jccl" run --as-rank --backend nccl --operation-timeout 3 $mixed forever > "$out/$name-$r.log" 2>&1 &
    pid[r]=$!
  done
  for _ in $(seq 600); do [ "$(cat "$out/$name"-[0-9]*.log | grep -c 'goes on for ever')" = "$ranks" ] && break; kill -0 "${pid[@]}" 2>/dev/null || break; sleep 0.1; done
  sleep 1
  v=${pid[victim]}; j=$(pgrep -P "$v" java || echo "$v"); t0=$(date +%s.%N); kill -$what "$j" 2>/dev/null || { echo "$name: rank $victim had ended before: $(tail -1 "$out/$name-$victim.log")"; kill -9 "${pid[@]}" 2>/dev/null; continue; }
  ( sleep 15; for r in $(seq 0 $last); do [ "$r" = "$victim" ] && continue; o=${pid[r]}; kill -0 "$o" 2>/dev/null && { echo "rank $r is still there after 15 s"; kill -9 $(pgrep -P "$o" java) "$o"; }; done ) & guard=$!
  for r in $(seq 0 $last); do
    [ "$r" = "$victim" ] && continue
    wait "${pid[r]}"; rc=$?; t1=$(date +%s.%N)
    thrown=$(sed -n 's/.*has thrown at //p' "$out/$name-$r.log" | head -1)
    echo "$name: rank $r: its exception came after $(minus "${thrown:-nan}" "$t0") s; rc $rc, ended after at most $(minus "$t1" "$t0") s: $(grep -h 'aborted\|ended without' "$out/$name-$r.log" | head -1 | cut -c1-400)"
  done
  kill "$guard" 2>/dev/null; kill -9 "$j" "$v" 2>/dev/null; wait "$v" 2>/dev/null
done; done
