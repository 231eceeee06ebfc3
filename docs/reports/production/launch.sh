#!/usr/bin/env bash
# Launch and join, on a host with 2 GPUs or more (RANKS=4: 2 without it). Run it in the folder with the unpacked bundle (./jccl/jccl, ./jccl/jccl_torch.py).
#   bash launch.sh [OUT]      everything goes to OUT (default ./launch-out): one log a step, summary.txt
set -u
out=$(mkdir -p "${1:-launch-out}" && cd "${1:-launch-out}" && pwd)
home=$(cd "${JCCL_BUNDLE:-jccl}" && pwd)
jccl=$home/jccl; ranks=${RANKS:-2}; last=$((ranks - 1))
summary=$out/summary.txt; : > "$summary"
export NCCL_NVLS_ENABLE=0 PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH}
mixed=org.jccl.benchmarks.examples.MixedRanks
libnccl=$(python3 -c 'import nvidia.nccl, glob; print(glob.glob(list(nvidia.nccl.__path__)[0] + "/lib/libnccl.so.2")[0])' 2>/dev/null)
# Java and torch must use one library: torch's own. (If jccl finds another first, name it here.)
[ -n "$libnccl" ] && export JCCL_NCCL_PATH=${JCCL_NCCL_PATH:-$libnccl}

step() { # name, seconds, wanted text, command...
  local name=$1 limit=$2 want=$3; shift 3
  local start=$SECONDS
  timeout -k 5 "$limit" "$@" > "$out/$name.log" 2>&1; local rc=$?
  local times; times=$(grep -c -- "$want" "$out/$name.log")
  echo "$name: rc $rc, $((SECONDS - start)) s, '$want' $times times" | tee -a "$summary"
}
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }

step run-processes 120 'all five operations are right' "$jccl" run --processes $ranks --backend nccl $mixed
step torchrun-agent-store 120 'all five operations are right' torchrun --nproc-per-node $ranks --no-python "$jccl" run --as-rank --backend nccl $mixed
step torchrun-c10d 120 'all five operations are right' torchrun --rdzv-backend c10d --rdzv-endpoint localhost:0 --nproc-per-node $ranks --no-python "$jccl" run --as-rank --backend nccl $mixed
# Agent's store off: as torchrun says it then; MASTER_PORT is free for rank 0.
step torchrun-no-agent-store 120 'all five operations are right' torchrun --nproc-per-node $ranks --no-python bash -c \
  "export TORCHELASTIC_USE_AGENT_STORE=False MASTER_PORT=$(free_port); exec '$jccl' run --as-rank --backend nccl $mixed"
if command -v mpirun > /dev/null; then
  step mpirun 120 'all five operations are right' mpirun --allow-run-as-root --oversubscribe -n $ranks "$jccl" run --as-rank --backend nccl $mixed
else echo "mpirun: not here" | tee -a "$summary"; fi

# Java and torch in one communicator: each of them as rank 0, torch's group of its own and its default group.
cat > "$out/mixed.py" <<'P'
import os, sys, torch, torch.distributed as dist, jccl_torch
rank, port, way = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
world = int(os.environ.get("RANKS", "2")); total = world * (world + 1) // 2
device = torch.device("cuda", rank)
torch.cuda.set_device(device)
store = dist.TCPStore("127.0.0.1", port, is_master=rank == int(sys.argv[4]), wait_for_workers=False)
with jccl_torch.Group(store, rank, world, "jccl/store/mixed/0", timeout=60) as group:
    if way == "default":
        jccl_torch.init_process_group(group, device); pg = dist.group.WORLD
    else:
        pg = jccl_torch.communicator(group, device)
    n, mine = 1024, rank + 1
    one = torch.full((n,), float(mine), device=device); every = torch.full((world * n,), float(mine), device=device)
    x = one.clone(); pg.allreduce([x]).wait(); torch.cuda.synchronize(); assert (x == total).all(), x
    x = one.clone(); o = dist.BroadcastOptions(); o.rootRank = world - 1; o.rootTensor = 0
    pg.broadcast([x], o).wait(); torch.cuda.synchronize(); assert (x == world).all(), x
    x = torch.zeros(n, device=device); pg._reduce_scatter_base(x, every).wait(); torch.cuda.synchronize(); assert (x == total).all(), x
    x = torch.zeros(world * n, device=device); pg._allgather_base(x, one).wait(); torch.cuda.synchronize(); assert all((x[r * n:(r + 1) * n] == r + 1).all() for r in range(world))
    x = torch.zeros(n, device=device)
    # send and receive in one NCCL group, as Java does
    try: pg._start_coalescing(device)
    except TypeError: pg._start_coalescing()
    s = pg.send([one], (rank + 1) % world, 0); r = pg.recv([x], (rank - 1) % world, 0)
    try: w = pg._end_coalescing(device)
    except TypeError: w = pg._end_coalescing()
    (w or r).wait(); torch.cuda.synchronize(); assert (x == (rank - 1) % world + 1).all(), x
    print(f"torch rank {rank} of {world} ({way}): all five operations are right", flush=True)
    # the Java rank may still be closing its communicator
    torch.cuda.synchronize()
P
# Even ranks (0) or odd ones (1) are torch's, the others Java's; the first of torch's holds the store.
for torch_rank in 0 1; do for way in own default; do
  name=mixed-torch$torch_rank-$way; port=$(free_port); start=$SECONDS; pids=(); rc=0
  for rank in $(seq 0 $last); do
    if [ $((rank % 2)) = $torch_rank ]; then
      RANKS=$ranks timeout 120 python3 "$out/mixed.py" "$rank" "$port" $way $torch_rank > "$out/$name-$rank.log" 2>&1 &
    else
      env MASTER_ADDR=127.0.0.1 MASTER_PORT="$port" RANK="$rank" WORLD_SIZE="$ranks" LOCAL_RANK="$rank" TORCHELASTIC_RUN_ID=mixed \
        TORCHELASTIC_RESTART_COUNT=0 TORCHELASTIC_USE_AGENT_STORE=True JCCL_GROUP_STORE=torch \
        timeout 120 "$jccl" run --as-rank --backend nccl $mixed > "$out/$name-$rank.log" 2>&1 &
    fi
    pids+=($!)
  done
  for p in "${pids[@]}"; do wait "$p" || rc=$?; done
  echo "$name: rc $rc, $((SECONDS - start)) s, 'are right' on $(cat "$out/$name"-[0-9]*.log | grep -c 'five operations are right') of $ranks ranks" | tee -a "$summary"
done; done

# kill -9 of each rank amid all-reduces of 64 MiB: the others must name it and end.
for victim in $(seq 0 $last); do
  name=kill-rank$victim
  timeout 120 "$jccl" run --processes $ranks --backend nccl $mixed forever > "$out/$name.log" 2>&1 & run=$!
  for _ in $(seq 600); do [ "$(grep -c 'goes on for ever' "$out/$name.log")" = "$ranks" ] && break; sleep 0.1; done
  sleep 2
  pid=$(for p in $(pgrep -P $run) $(pgrep -P "$(pgrep -P $run | head -1)"); do tr '\0' '\n' < /proc/$p/environ 2>/dev/null | grep -qx "RANK=$victim" && echo $p; done | head -1)
  killed=$(date +%s.%N); kill -9 "$pid"; wait $run; rc=$?
  echo "$name: rc $rc (137 wanted), all gone after $(python3 -c "print(round($(date +%s.%N) - $killed, 2))") s; $(grep -c 'failed first: it was killed by signal 9' "$out/$name.log") times named" | tee -a "$summary"
done
cat "$summary"
