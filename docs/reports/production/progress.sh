# On a host with 2 GPUs: what a rank says of the others when one is stopped, is late, or dies while the communicator is made.
#   bash progress.sh OUT JCCL      OUT: a folder for logs and summary.txt; JCCL: the launcher. About 3 minutes.
set -u
mkdir -p "$1"; out=$(cd "$1" && pwd); jccl=$2; summary=$out/summary.txt; : > "$summary"
export NCCL_NVLS_ENABLE=0 JCCL_GROUP_SECRET=s
mixed=org.jccl.benchmarks.examples.MixedRanks
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
start() { # name, arguments of the program
  name=$1; shift; port=$(free_port)
  for r in 0 1; do
    MASTER_ADDR=127.0.0.1 MASTER_PORT=$port RANK=$r WORLD_SIZE=2 LOCAL_RANK=$r \
      "$jccl" run --as-rank --backend nccl --operation-timeout 3 $mixed "$@" > "$out/$name-$r.log" 2>&1 &
    eval "p$r=$!"
  done
}
java_of() { pgrep -P "$1" java || echo "$1"; }
awaited() { for _ in $(seq 400); do [ "$(cat "$out/$name"-[01].log | grep -c "$1")" = 2 ] && return; sleep 0.1; done; }
ended() { # the rank that is to end, the time of the fault, what its words must have
  eval "p=\$p$1"
  ( for _ in $(seq 400); do kill -0 "$p" 2>/dev/null || exit; sleep 0.05; done; kill -9 $(java_of "$p") "$p" 2>/dev/null ) 2>/dev/null
  wait "$p" 2>/dev/null; rc=$?; now=$(date +%s.%N)
  thrown=$(sed -n 's/.*has thrown at //p' "$out/$name-$1.log" | head -1)
  words=$(grep -h 'aborted:\|given up\|took longer\|disagree\|will not come\|have not come\|closed the connection' "$out/$name-$1.log" | head -1 | cut -c1-420)
  case $words in *"$3"* | *"these have not come: [$victim]"*) said=named ;; *) said="NOT NAMED" ;; esac
  python3 - "$name" "$1" "$rc" "${thrown:-nan}" "$2" "$now" "$said" "$words" <<'P' | tee -a "$summary"
import sys
name, rank, rc, thrown, fault, now, said, words = sys.argv[1:]
print(f"{name}: rank {rank} {said}; thrown after {float(thrown) - float(fault):.2f} s, ended with {rc} after {float(now) - float(fault):.2f} s: {words}")
P
}
rest() { for p in $p0 $p1; do kill -9 $(java_of "$p") "$p" 2>/dev/null; wait "$p" 2>/dev/null; done; }

for victim in 0 1; do
  other=$((1 - victim))
  start "stop-rank$victim" forever; awaited 'goes on for ever'; sleep 1
  eval "v=\$p$victim"; at=$(date +%s.%N); kill -STOP $(java_of "$v")
  ended $other "$at" "rank $victim does not answer"; rest

  start "late-rank$victim" forever $victim; awaited 'goes on for ever'
  for _ in $(seq 300); do grep -q 'does something else from' "$out/$name-$victim.log" && break; sleep 0.1; done
  at=$(sed -n 's/.*does something else from //p' "$out/$name-$victim.log")
  ended $other "${at:-0}" "rank $victim has issued"; rest

  # Somewhere between the start and the first call: in the group, the handshake, ncclCommInitRankConfig, the warm-up.
  for tenths in 10 13 16 20 25; do
    start "kill-rank$victim-after-${tenths}00-ms" forever
    sleep "$(python3 -c "print($tenths / 10)")"
    eval "v=\$p$victim"; at=$(date +%s.%N); kill -9 $(java_of "$v") "$v" 2>/dev/null
    ended $other "$at" "rank $victim"; rest
  done
done
"$jccl" doctor > "$out/doctor.log" 2>&1; grep self-test "$out/doctor.log" | tee -a "$summary"
echo "lines: $(grep -c : "$summary"), not named: $(grep -c 'NOT NAMED' "$summary")" | tee -a "$summary"
