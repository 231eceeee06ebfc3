package org.jccl.benchmarks.bench;

import java.util.List;
import java.util.stream.LongStream;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;

/**
 * What is measured in several ways, and how often.
 *
 * @param workloads the operations
 * @param sizes sizes in bytes
 * @param ways the ways; the first one is the reference
 * @param rounds rounds, in each of which every way has its turn
 * @param checkedBytes results up to this size are compared with exact ones first
 */
public record WayPlan(
    List<Workload> workloads, List<Long> sizes, List<Way> ways, int rounds, long checkedBytes) {
  private static final long MIB = 1 << 20;

  /** With immutable lists. */
  public WayPlan {
    workloads = List.copyOf(workloads);
    sizes = List.copyOf(sizes);
    ways = List.copyOf(ways);
  }

  /** The six operations in which every rank takes part alike, and broadcast. */
  public static List<Workload> usualWorkloads() {
    return List.of(
            "all_reduce", "all_gather", "reduce_scatter", "broadcast", "sendrecv", "all_to_all")
        .stream()
        .map(Workload::ofLabel)
        .toList();
  }

  /** Ten sizes from 8 B to {@code most}. */
  public static List<Long> usualSizes(long most) {
    return List.of(
            8L, 64L, 512L, 4096L, MIB >> 5, MIB >> 2, 2 * MIB, 16 * MIB, 128 * MIB, 512 * MIB)
        .stream()
        .filter(size -> size <= most)
        .toList();
  }

  /** 8 B, 32 B, … to {@code most}: what nccl-tests measures in one run with {@code -f 4}. */
  public static List<Long> powersOfFour(long most) {
    return LongStream.iterate(8, size -> size <= most, size -> size * 4).boxed().toList();
  }

  /** The same of one operation, in these sizes. */
  public WayPlan of(Workload workload, List<Long> some) {
    return new WayPlan(List.of(workload), some, ways, rounds, checkedBytes);
  }

  /** How many operations and sizes are measured on so many ranks. */
  public int size(int ranks) {
    return cases(ranks).size();
  }

  /** The cases on so many ranks. */
  List<BenchCase> cases(int ranks) {
    return workloads.stream()
        .flatMap(workload -> sizes.stream().map(size -> caseOf(workload, size, ranks)))
        .distinct()
        .toList();
  }

  /** The cases that are measured in the same rounds: all of an operation, or each by itself. */
  List<List<BenchCase>> together(int ranks, boolean isByOperation) {
    List<BenchCase> all = cases(ranks);
    return isByOperation
        ? workloads.stream()
            .map(workload -> all.stream().filter(c -> c.workload().equals(workload)).toList())
            .toList()
        : all.stream().map(List::of).toList();
  }

  private static BenchCase caseOf(Workload workload, long bytes, int ranks) {
    DataType type = DataType.FLOAT32;
    long count = Math.max(1, workload.operation().countFor(bytes, ranks, type.bytes()));
    return new BenchCase(
        workload, type, workload.operation().reduces() ? Builtin.SUM : null, 0, count);
  }

  /** Calls in one measurement: about a millisecond of small ones, few of large ones. */
  public static int callsFor(long bytes) {
    if (bytes <= 256 << 10) {
      return 120;
    }
    return bytes <= 2 * MIB ? 40 : bytes <= 16 * MIB ? 12 : bytes <= 128 * MIB ? 6 : 3;
  }
}
