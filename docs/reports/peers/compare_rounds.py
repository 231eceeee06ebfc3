#!/usr/bin/env python3
"""Sets jccl's times beside nccl-tests' (and Python's, if they were taken) from interleaved rounds.

    python3 compare_rounds.py DIR > comparison.md

DIR holds, for rounds 1..k: jccl-K/report.json, nccl-tests-K-OP.txt, and optionally python-K.jsonl.
Per operation and size: the median over rounds of each, their ratio, and a 95 % bootstrap interval of
that ratio (10,000 resamples of the rounds on both sides, fixed seed). The verdict of a line is "ok" if
the ratio is at most 1.05 or its interval includes 1.
"""
import json
import pathlib
import random
import re
import statistics
import sys

OPS = {"all_reduce": "all_reduce", "all_gather": "all_gather", "reduce_scatter": "reduce_scatter",
       "broadcast": "broadcast", "sendrecv": "sendrecv"}


def nccl_tests(path):
    """bytes -> microseconds, out of place."""
    times = {}
    for line in path.read_text().splitlines():
        fields = line.split()
        if len(fields) >= 9 and fields[0].isdigit() and re.match(r"^[a-z]", fields[2]):
            times[int(fields[0])] = float(fields[5])
    return times


def jccl(path):
    """(op, bytes) -> microseconds, out of place, by the host's clock as nccl-tests takes it."""
    rows = json.loads(path.read_text())["rows"]
    return {(r["operation"], r["bytes"]): r["out_of_place"]["time_us"] for r in rows}


def interval(ours, theirs):
    rng = random.Random(20261122)
    ratios = sorted(
        statistics.median(rng.choices(ours, k=len(ours))) / statistics.median(rng.choices(theirs, k=len(theirs)))
        for _ in range(10_000))
    return ratios[249], ratios[9749]


def main():
    folder = pathlib.Path(sys.argv[1])
    rounds = sorted(folder.glob("jccl-*/report.json"))
    ours, peers, python = {}, {}, {}
    for report in rounds:
        k = report.parent.name.split("-")[1]
        for key, us in jccl(report).items():
            ours.setdefault(key, []).append(us)
        for op, name in OPS.items():
            file = folder / f"nccl-tests-{k}-{name}.txt"
            if file.exists():
                for size, us in nccl_tests(file).items():
                    peers.setdefault((op, size), []).append(us)
        lines = folder / f"python-{k}.jsonl"
        if lines.exists():
            for line in lines.read_text().splitlines():
                if line.startswith("{"):
                    row = json.loads(line)
                    python.setdefault((row["library"], row["op"], row["bytes"]), []).append(row["us"])
    print(f"{len(rounds)} interleaved rounds, float32, out of place, µs per call, medians\n")
    print("| operation | bytes | jccl | nccl-tests | ratio | 95 % interval | verdict | PyNccl / jccl | torch / jccl |")
    print("|---|--:|--:|--:|--:|---|---|--:|--:|")
    bad = total = 0
    for op, size in sorted(ours, key=lambda key: (list(OPS).index(key[0]) if key[0] in OPS else 99, key[1])):
        if (op, size) not in peers:
            continue
        a, b = ours[op, size], peers[op, size]
        ratio = statistics.median(a) / statistics.median(b)
        low, high = interval(a, b)
        good = ratio <= 1.05 or low <= 1 <= high
        total += 1
        bad += not good
        cells = []
        for library in ("pynccl", "torch"):
            times = python.get((library, op, size))
            cells.append(f"{statistics.median(times) / statistics.median(a):.2f}" if times else "–")
        print(f"| {op} | {size} | {statistics.median(a):.2f} | {statistics.median(b):.2f} | {ratio:.3f} "
              f"| {low:.3f} … {high:.3f} | {'ok' if good else 'SLOWER'} | {cells[0]} | {cells[1]} |")
    print(f"\n{total - bad} of {total} lines ok")


if __name__ == "__main__":
    main()
