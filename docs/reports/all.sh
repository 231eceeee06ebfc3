#!/usr/bin/env bash
# Every run that needs GPUs, for N GPUs of one host (RANKS=4: 2 without it), in parts that each end within 9 minutes:
#   RANKS=4 bash all.sh OUT PART...
# Run it in the folder with the unpacked bundle (./jccl; or JCCL_BUNDLE), beside a copy of docs/reports (or REPORTS).
# Parts, in the order of their worth:
#   rules         the rule book, one process that has all ranks
#   processes     the rule book with a process per rank
#   generated     500 programs, 50 lifecycles, 1,000 float cases, compared with the simulator
#   record        a recording and its replay
#   misuse        the survey of misuses
#   tuned         tuned, kernels and prepared beside NCCL's defaults, in 14 rounds
#   peers         jccl, nccl-tests (NCCL_TESTS, or ./nccl-tests), PyNccl's way and torch in turns (ROUNDS=14)
#   times         calibrate, sizes held out, and predictions against them
#   launch        torchrun, mpirun, Java beside torch, kill -9 and SIGSTOP of each rank
# JCCL_NCCL_PATH names the library; without it torch's own is taken. Everything goes to OUT/PART; OUT/summary.txt has a line a step.
set -u
out=$(mkdir -p "$1" && cd "$1" && pwd); shift
home=$(cd "${JCCL_BUNDLE:-jccl}" && pwd); jccl=$home/jccl
reports=$(cd "${REPORTS:-$(dirname "$0")}" && pwd)
ranks=${RANKS:-2}; export RANKS=$ranks JCCL_BUNDLE=$home
summary=$out/summary.txt
export NCCL_NVLS_ENABLE=0 JCCL_TUNING_CACHE=$out/tuning-cache.txt
libnccl=$(python3 -c 'import nvidia.nccl, glob; print(glob.glob(list(nvidia.nccl.__path__)[0] + "/lib/libnccl.so.2")[0])' 2>/dev/null)
[ -n "$libnccl" ] && export JCCL_NCCL_PATH=${JCCL_NCCL_PATH:-$libnccl}

step() { # name, seconds, what to show of its log, command...
  local name=$1 limit=$2 show=$3 start=$SECONDS rc; shift 3
  timeout -k 5 "$limit" "$@" > "$out/$name.log" 2>&1; rc=$?
  { echo "== $name: rc $rc, $((SECONDS - start)) s: $*" | sed "s#$home/##g; s#$out/##g"
    grep -E "$show" "$out/$name.log" | tail -12; } | tee -a "$summary"
}
common=(--backend nccl --ranks "$ranks")
for part in "$@"; do
  case $part in
    rules)
      JCCL_JAVA_OPTS="-Djccl.tries=8 -Djccl.rule.deadline=45 -Djccl.deadline=20 -Djccl.processes=4" \
        step rules 400 '^(BROKEN|nccl: )' "$jccl" verify --backend nccl --out "$out/rules" ;;
    processes)
      JCCL_JAVA_OPTS=-Djccl.tries=8 step processes 530 '^(BROKEN|nccl-|verify )' bash "$reports/production/verify.sh" "$out/processes" "$jccl" ;;
    generated)
      step differential 120 'agree|differ' "$jccl" differential "${common[@]}" --from 1 --count 500 --out "$out/generated"
      step lifecycle 240 'agree|differ' "$jccl" differential "${common[@]}" --lifecycle --from 1 --count 50 --out "$out/generated"
      step floats 120 'agree|differ' "$jccl" differential "${common[@]}" --floats --from 20000 --count 1000 --out "$out/generated" ;;
    record)
      step record 400 'cases|recorded|errors' "$jccl" record "${common[@]}" --budget 330 --out "$out/recording"
      step replay 130 'equal|different' "$jccl" verify --golden "$out/recording" ;;
    misuse) step misuse 540 '.' "$jccl" misuse --backend nccl --out "$out/misuse" ;;
    tuned)
      step tuned 250 '^#' "$jccl" bench "${common[@]}" --tuned --kernels --op all_reduce,all_gather,reduce_scatter --rounds 14 --out "$out/tuned"
      step tuned-others 200 '^#' "$jccl" bench "${common[@]}" --tuned --op broadcast,reduce,sendrecv -e 128M --rounds 14 --out "$out/tuned-others" ;;
    peers)
      tests=${NCCL_TESTS:-}; [ -z "$tests" ] && [ -x ./nccl-tests/all_reduce_perf ] && tests=./nccl-tests
      step peers 300 '^#' "$jccl" bench "${common[@]}" --peers --kernels ${tests:+--nccl-tests "$tests"} --op all_reduce,all_gather,reduce_scatter --rounds "${ROUNDS:-14}" --out "$out/peers"
      step peers-others 240 '^#' "$jccl" bench "${common[@]}" --peers --kernels ${tests:+--nccl-tests "$tests"} --op sendrecv,broadcast,all_to_all --rounds "${ROUNDS:-14}" --out "$out/peers-others" ;;
    times)
      step calibrate 200 'median|p95|error' "$jccl" calibrate --backend nccl --ranks "$ranks" --out "$out/profile.json" --held-out "$out/held-out.tsv" --report "$out/points"
      step predict 60 'median|p95|error' "$jccl" predict --ranks "$ranks" --op all --profile "$out/profile.json" --measured "$out/points/ranks-$ranks.json" ;;
    launch)
      step launch 300 ': rc ' bash "$reports/production/launch.sh" "$out/launch"
      step watchdog 230 '^(KILL|STOP)' bash "$reports/production/watchdog.sh" "$out/watchdog" "$jccl" ;;
    *) echo "no part is called $part" >&2; exit 2 ;;
  esac
done
