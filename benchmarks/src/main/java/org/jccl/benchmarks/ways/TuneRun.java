package org.jccl.benchmarks.ways;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jccl.Backend;
import org.jccl.benchmarks.bench.Ratio;
import org.jccl.benchmarks.bench.Way;
import org.jccl.benchmarks.bench.WayBench;
import org.jccl.benchmarks.bench.WayPlan;
import org.jccl.benchmarks.bench.WayTimes;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.config.TuningChoice;
import org.jccl.config.TuningTable;

/** Measures what may be chosen on a machine, and chooses: {@code ./jccl tune}. */
public final class TuneRun {
  /** Windows came with this version. */
  private static final int WINDOWS = 22703;

  /** Averages in windows fail in these versions, see the table that comes with jccl. */
  private static final int AVERAGES_FAIL = 23003;

  /** What a choice may lose on the whole. */
  private static final double NO_LOSS = 0.98;

  /** What it may lose at one size, which others make good. */
  private static final double MOST_LOSS = 0.9;

  private static final List<Integer> CTAS = List.of(0, 16, 32, 64);

  private TuneRun() {}

  /** What is measured with a version of NCCL, NCCL's defaults first. */
  static List<Way> candidates(int version) {
    List<Way> ways = new ArrayList<>();
    ways.add(Way.DEFAULT);
    ways.add(Way.DEFAULT.prepare());
    for (int ctas : CTAS) {
      for (boolean windows : new boolean[] {false, true}) {
        boolean known = version >= WINDOWS && version < AVERAGES_FAIL;
        if ((windows && known) || (!windows && ctas > 0)) {
          TuningChoice choice = new TuningChoice(ctas, windows, "candidate", List.of());
          Way way = new Way(choice.words(), choice, false, false);
          ways.add(way);
          ways.add(way.prepare());
        }
      }
    }
    return ways;
  }

  /**
   * Measures and chooses.
   *
   * @param told each operation and size as soon as it is measured
   * @param chosen what would be chosen by what is measured so far, after each operation and size: a
   *     run that does not come to its end leaves that
   * @return the entry for this machine
   */
  public static TuningTable.Entry run(
      Backend backend,
      int ranks,
      WayPlan plan,
      String driver,
      Consumer<List<WayTimes>> told,
      Consumer<TuningTable.Entry> chosen) {
    List<WayTimes> times = new ArrayList<>();
    String gpu = backend.devices().getFirst().name();
    Supplier<TuningTable.Entry> entry =
        () ->
            new TuningTable.Entry(
                gpu, ranks, backend.ncclVersion(), driver, choose(plan.ways(), times));
    WayBench.run(
        backend,
        ranks,
        plan,
        row -> {
          times.addAll(row);
          told.accept(row);
          chosen.accept(entry.get());
        });
    return entry.get();
  }

  /** A plan for {@code ./jccl tune}. */
  public static WayPlan plan(
      Backend backend, List<Workload> workloads, long mostBytes, int rounds) {
    return new WayPlan(
        workloads,
        WayPlan.usualSizes(mostBytes),
        candidates(backend.ncclVersion()),
        rounds,
        mostBytes >> 5);
  }

  /** The fastest over all operations and sizes, call by call and prepared. */
  static TuningChoice choose(List<Way> ways, List<WayTimes> times) {
    Way best =
        ways.stream()
            .filter(way -> !way.prepared() && harmsNothing(way, times))
            .max(Comparator.comparingDouble(way -> score(way, times)))
            .orElse(Way.DEFAULT);
    double score = score(best, times);
    if (best.equals(Way.DEFAULT) || score < 1.02) {
      return new TuningChoice(
          0, false, "nothing is faster than the defaults here", timesOf(Way.DEFAULT, times));
    }
    String why =
        String.format(
            Locale.ROOT,
            "measured here: %.2f times the defaults' speed call by call, %.2f prepared",
            mean(Way.DEFAULT, best, times),
            mean(Way.DEFAULT, best.prepare(), times));
    return new TuningChoice(
        best.choice().ctas(), best.choice().windows(), why, timesOf(best, times));
  }

  /** No operation or size is much slower, beyond noise; and none of the two kinds on the whole. */
  private static boolean harmsNothing(Way way, List<WayTimes> times) {
    return mean(Way.DEFAULT, way, times) >= NO_LOSS
        && mean(Way.DEFAULT.prepare(), way.prepare(), times) >= NO_LOSS
        && times.stream()
            .filter(each -> each.way().equals(way.name()))
            .noneMatch(each -> Ratio.of(reference(each, times), each.micros()).isBelow(MOST_LOSS));
  }

  private static double[] reference(WayTimes of, List<WayTimes> times) {
    return times.stream()
        .filter(each -> each.isBeside(of) && each.way().equals(Way.DEFAULT.name()))
        .map(WayTimes::micros)
        .findFirst()
        .orElse(of.micros());
  }

  private static double score(Way way, List<WayTimes> times) {
    return Math.sqrt(
        mean(Way.DEFAULT, way, times) * mean(Way.DEFAULT.prepare(), way.prepare(), times));
  }

  private static double mean(Way reference, Way way, List<WayTimes> times) {
    Map<String, Double> before = medians(reference, times);
    Map<String, Double> after = medians(way, times);
    return Ratio.mean(
        after.entrySet().stream()
            .mapToDouble(
                each -> before.getOrDefault(each.getKey(), each.getValue()) / each.getValue())
            .toArray());
  }

  private static Map<String, Double> medians(Way way, List<WayTimes> times) {
    return times.stream()
        .filter(each -> each.way().equals(way.name()))
        .collect(Collectors.toMap(each -> each.operation() + " " + each.bytes(), WayTimes::median));
  }

  private static List<TuningChoice.Time> timesOf(Way way, List<WayTimes> times) {
    Map<String, Double> tuned = medians(way, times);
    Map<String, Double> prepared = medians(way.prepare(), times);
    return times.stream()
        .filter(each -> each.way().equals(Way.DEFAULT.name()))
        .map(
            each -> {
              String key = each.operation() + " " + each.bytes();
              return new TuningChoice.Time(
                  each.operation(),
                  each.bytes(),
                  each.median(),
                  tuned.getOrDefault(key, each.median()),
                  prepared.getOrDefault(key, each.median()));
            })
        .toList();
  }
}
