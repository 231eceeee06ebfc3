#!/usr/bin/env bash
# Interleaved rounds of jccl, nccl-tests and Python's peers on one host, same libnccl for all:
#   OUT=DIR rounds.sh GPUS ROUNDS
# in a folder that holds jccl's unpacked bundle (jccl/), nccl-tests' programs (*_perf) and these scripts.
# Order alternates from round to round; every program has a time limit.
G=$1; R=$2; D=$(cd "$(dirname "$0")" && pwd)
export NCCL_NVLS_ENABLE=0 PYTHONUNBUFFERED=1
N=$(python3 -c 'import nvidia.nccl; print(list(nvidia.nccl.__path__)[0])')/lib
export LD_LIBRARY_PATH=$N:$LD_LIBRARY_PATH JCCL_NCCL_PATH=$N/libnccl.so.2
W=/tmp/rounds-x$G; mkdir -p $W
S="-b 8 -e 134217728 -f 16"
for k in $(seq 1 $R); do
  for who in $( [ $((k % 2)) = 1 ] && echo "jccl tests" || echo "tests jccl" ); do
    if [ $who = jccl ]; then
      timeout -k 5 100 ./jccl/jccl bench --backend nccl --ranks $G --op all_reduce,all_gather,reduce_scatter,broadcast,sendrecv $S -n 100 -w 100 --clock loop --out $W/jccl-$k > $W/jccl-$k.txt 2> $W/jccl-$k.err || echo "jccl round $k rc $?"
    else
      for op in all_reduce all_gather reduce_scatter broadcast sendrecv; do
        timeout -k 5 60 ./${op}_perf $S -t $G -g 1 -n 100 -w 100 -c 0 -a 3 > $W/nccl-tests-$k-$op.txt 2>&1 || echo "$op round $k rc $?"
      done
    fi
  done
  if [ $k -le 3 ]; then timeout -k 5 100 python3 $D/python_peers.py --gpus $G --iters 100 --warmup 100 --library $N/libnccl.so.2 --sizes 8,128,2048,32768,524288,8388608,134217728 > $W/python-$k.jsonl 2> $W/python-$k.err || { echo "python round $k rc $?"; tail -3 $W/python-$k.err; }; fi
done
grep -h "Using devices\|nccl version\|NCCL version" $W/nccl-tests-1-all_reduce.txt | head -3
python3 $D/compare_rounds.py $W | tee $W/comparison.md
tar czf $OUT/rounds-x$G.tar.gz -C /tmp rounds-x$G
