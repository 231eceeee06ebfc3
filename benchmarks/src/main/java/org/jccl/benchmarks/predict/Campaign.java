package org.jccl.benchmarks.predict;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jccl.Backend;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jccl.benchmarks.bench.BenchListener;
import org.jccl.benchmarks.bench.BenchPlan;
import org.jccl.benchmarks.bench.BenchRunner;
import org.jccl.benchmarks.bench.SizeRange;
import org.jccl.benchmarks.bench.Timing;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.report.Row;
import org.jccl.benchmarks.report.Units;
import org.jccl.benchmarks.screen.Progress;

/**
 * The measurements behind a calibration: each operation and type on even powers of two, and the
 * sizes between them if the fit is to be tested.
 *
 * @param workloads what to measure
 * @param types element types
 * @param largest no size is larger, in bytes
 * @param heldOut whether to measure the sizes between, too
 */
public record Campaign(
    List<Workload> workloads, List<DataType> types, long largest, boolean heldOut) {
  /** How time is taken. */
  public static final String CLOCK = "queued";

  /** Calls before each measurement. */
  public static final int WARMUPS = 2;

  /** The smallest size that is fitted. */
  public static final long LEAST = 16;

  /** Sizes up to {@code to}, measured over that many calls: long ones need fewer. */
  private record Band(long to, int iterations) {}

  private static final List<Band> BANDS =
      List.of(new Band(1 << 20, 100), new Band(64 << 20, 20), new Band(Long.MAX_VALUE, 5));

  /** What a calibration measures. */
  public static final List<Workload> WORKLOADS =
      List.of(
          Workload.ofLabel("all_reduce"),
          Workload.ofLabel("all_gather"),
          Workload.ofLabel("reduce_scatter"),
          Workload.ofLabel("broadcast"),
          Workload.ofLabel("reduce"),
          Workload.ofLabel("sendrecv"));

  /** In these types. */
  public static final List<DataType> TYPES = List.of(DataType.FLOAT32, DataType.BFLOAT16);

  /** Measures on {@code ranks} ranks of {@code backend}; tells {@code err} how far it is. */
  public List<Row> run(Backend backend, int ranks, PrintWriter err) {
    try (Progress progress = Progress.of("calibrate", err)) {
      return run(backend, ranks, progress);
    }
  }

  private List<Row> run(Backend backend, int ranks, Progress progress) {
    Timing timing = Timing.of(backend, CLOCK);
    boolean isVirtual = backend.name().equals("sim"); // there one call says it all
    List<Row> rows = new ArrayList<>();
    long from = heldOut ? LEAST / 2 : LEAST;
    for (Band band : BANDS) {
      long to = Math.min(band.to, largest);
      if (from <= to) {
        BenchPlan plan =
            plan(
                SizeRange.byFactor(from, to, heldOut ? 2 : 4),
                isVirtual ? 1 : band.iterations,
                timing);
        new BenchRunner(backend, ranks, plan, timing)
            .run(new Collector(rows, ranks + " ranks, up to " + Units.bytes(to), progress));
        from = heldOut ? 2 * band.to : 4 * band.to;
      }
    }
    return rows;
  }

  private BenchPlan plan(SizeRange sizes, int iterations, Timing timing) {
    return new BenchPlan(
        workloads,
        types,
        List.of(Builtin.SUM),
        sizes,
        0,
        iterations,
        WARMUPS,
        timing.settling(),
        false,
        false);
  }

  /** Keeps rows. */
  private record Collector(List<Row> rows, String band, Progress progress)
      implements BenchListener {
    @Override
    public void begins(String what, int done, int total) {
      progress.at(band + ": " + what, done, total);
    }

    @Override
    public void measured(Row row) {
      rows.add(row);
    }

    @Override
    public void refused(String why) {
      throw new IllegalStateException("refused by the library: " + why);
    }
  }
}
