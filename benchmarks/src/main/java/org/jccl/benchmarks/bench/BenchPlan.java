package org.jccl.benchmarks.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jspecify.annotations.Nullable;

/**
 * What to measure, and how often.
 *
 * @param workloads operations, in the order of the table to print
 * @param types element types
 * @param reductions reductions, for operations that reduce
 * @param sizes sizes in bytes
 * @param root root, for operations that have one
 * @param iterations timed iterations of each measurement
 * @param warmups untimed iterations before each measurement
 * @param settling how long operations run unmeasured before the first size of a type and reduction
 * @param check whether results are compared with exact ones first
 * @param graph whether operations are captured and replayed
 */
public record BenchPlan(
    List<Workload> workloads,
    List<DataType> types,
    List<Builtin> reductions,
    SizeRange sizes,
    int root,
    int iterations,
    int warmups,
    Duration settling,
    boolean check,
    boolean graph) {
  /** With immutable lists. */
  public BenchPlan {
    workloads = List.copyOf(workloads);
    types = List.copyOf(types);
    reductions = List.copyOf(reductions);
  }

  /** The rows for {@code ranks} ranks; sizes too small for one element a rank have none. */
  List<BenchCase> cases(int ranks) {
    List<BenchCase> cases = new ArrayList<>();
    for (Workload workload : workloads) {
      for (DataType type : types) {
        for (Builtin op : reductionsOf(workload)) {
          counts(workload, type, ranks)
              .forEach(
                  count -> cases.add(new BenchCase(workload, type, op, rootOf(workload), count)));
        }
      }
    }
    return cases;
  }

  private List<@Nullable Builtin> reductionsOf(Workload workload) {
    return workload.operation().reduces()
        ? Collections.unmodifiableList(new ArrayList<@Nullable Builtin>(reductions))
        : Collections.singletonList(null);
  }

  private int rootOf(Workload workload) {
    return workload.operation().hasRoot() ? root : 0;
  }

  private List<Long> counts(Workload workload, DataType type, int ranks) {
    return Arrays.stream(
            sizes
                .sizes()
                .map(bytes -> workload.operation().countFor(bytes, ranks, type.bytes()))
                .filter(count -> count > 0)
                .distinct()
                .toArray())
        .boxed()
        .toList();
  }
}
