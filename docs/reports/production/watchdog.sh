# kill -9, SIGSTOP and exit of each rank, amid all-reduces of 64 MiB, ranks started one by one: what the other does.
set -u
out=$1; jccl=$2; mkdir -p $out; mixed=org.jccl.benchmarks.examples.MixedRanks
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
for what in KILL STOP; do for victim in 0 1; do
  name=$what-rank$victim; port=$(free_port)
  for r in 0 1; do
    MASTER_ADDR=127.0.0.1 MASTER_PORT=$port RANK=$r WORLD_SIZE=2 LOCAL_RANK=$r JCCL_GROUP_SECRET=s JCCL_OBSERVE=recorder JCCL_RECORDER_DIR=$out/rec-$name "$jccl" run --as-rank --backend nccl --operation-timeout 3 $mixed forever > $out/$name-$r.log 2>&1 &
    eval p$r=$!
  done
  for _ in $(seq 400); do [ "$(cat $out/$name-[01].log | grep -c 'goes on for ever')" = 2 ] && break; sleep 0.1; done
  sleep 1
  eval v=\$p$victim; eval o=\$p$((1-victim))
  j=$(pgrep -P $v java || echo $v); t0=$(date +%s.%N); kill -$what $j
  ( for _ in $(seq 300); do kill -0 $o 2>/dev/null || break; sleep 0.05; done; kill -0 $o 2>/dev/null && { echo "other still there after 15 s" ; kill -9 $(pgrep -P $o java) $o; } )
  wait $o; rc=$?; t1=$(date +%s.%N)
  kill -9 $j $v 2>/dev/null; wait $v 2>/dev/null
  thrown=$(sed -n 's/.*has thrown at //p' $out/$name-$((1-victim)).log | head -1)
  echo "$name: its exception came after $(python3 -c "print(round(${thrown:-nan}-$t0,3))" 2>/dev/null || echo "(none)") s; rank $((1-victim)) ended with rc $rc after $(python3 -c "print(round($t1-$t0,2))") s: $(grep -h 'aborted\|ended without' $out/$name-$((1-victim)).log | head -1 | cut -c1-330)"
done; done
