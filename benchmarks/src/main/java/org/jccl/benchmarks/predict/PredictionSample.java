package org.jccl.benchmarks.predict;

import java.util.List;
import java.util.stream.Stream;
import org.jccl.DataType;
import org.jccl.benchmarks.bench.TypeNames;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.report.BenchReport;
import org.jccl.benchmarks.report.Row;

/**
 * One measured time.
 *
 * @param workload what ran
 * @param type its element type
 * @param ranks on how many ranks
 * @param count NCCL's count argument
 * @param bytes size as nccl-tests counts it
 * @param micros how long it took
 */
public record PredictionSample(
    Workload workload, DataType type, int ranks, long count, long bytes, double micros) {

  /** The sums and the copies of a report, out of place. */
  public static List<PredictionSample> of(BenchReport report) {
    return report.rows().stream().flatMap(row -> of(row, report.settings().ranks())).toList();
  }

  /** A row as a sample; rows of other reductions than sum are none. */
  public static Stream<PredictionSample> of(Row row, int ranks) {
    String reduction = row.reduction();
    if (reduction != null && !reduction.equals("sum")) {
      return Stream.empty();
    }
    return Stream.of(
        new PredictionSample(
            Workload.ofLabel(row.operation()),
            TypeNames.parse(row.type()),
            ranks,
            row.count(),
            row.bytes(),
            row.outOfPlace().micros()));
  }

  /**
   * Whether its size is an even power of two, or what whole elements of all ranks leave of one:
   * those are fitted, the others test the fit.
   */
  public boolean isFitted() {
    long power = 1;
    while (power < bytes) {
      power *= 4;
    }
    return workload.operation().countFor(power, ranks, type.bytes()) == count;
  }
}
