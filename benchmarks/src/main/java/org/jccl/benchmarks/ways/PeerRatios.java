package org.jccl.benchmarks.ways;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jccl.benchmarks.bench.Ratio;
import org.jccl.benchmarks.bench.WayTimes;
import org.jspecify.annotations.Nullable;

/**
 * How many times as fast each way is as each other program, in the geometric mean, with intervals;
 * and where the plain way is slower than one of them beyond noise.
 */
public final class PeerRatios {
  /** What is slower by less costs nobody anything. */
  private static final double SLOWER = 0.95;

  private PeerRatios() {}

  /**
   * Prints them.
   *
   * @param table what was measured
   * @param peers the names of the other programs
   */
  public static void print(WayTable table, List<String> peers, PrintWriter out) {
    List<List<WayTimes>> rows = table.rows();
    Set<String> ways = new LinkedHashSet<>();
    Set<String> operations = new LinkedHashSet<>();
    for (List<WayTimes> row : rows) {
      row.stream().map(WayTimes::way).filter(way -> !peers.contains(way)).forEach(ways::add);
      operations.add(row.getFirst().operation());
    }
    for (String peer : peers) {
      out.println("#");
      out.println(
          "# times as fast as " + peer + ", geometric means, up to 256 KiB / above / all sizes");
      for (String way : ways) {
        out.println(
            "# %-28s %s / %s / %s"
                .formatted(
                    way,
                    text(rows, peer, way, each -> each.bytes() <= WayTable.SMALL),
                    text(rows, peer, way, each -> each.bytes() > WayTable.SMALL),
                    text(rows, peer, way, each -> true)));
      }
      String first = rows.isEmpty() ? "" : rows.getFirst().getFirst().way();
      for (String operation : operations) {
        tellOperation(rows, peer, first, operation, out);
      }
    }
    out.flush();
  }

  private static void tellOperation(
      List<List<WayTimes>> rows, String peer, String way, String operation, PrintWriter out) {
    Ratio ratio =
        ratio(
            rows,
            peer,
            way,
            each -> each.bytes() <= WayTable.SMALL && each.operation().equals(operation));
    if (ratio != null) {
      out.println(
          "#   %s up to 256 KiB, %s: %s  %s"
              .formatted(operation, way, text(ratio), verdict(ratio)));
    }
  }

  /** The whole interval decides. */
  static String verdict(Ratio ratio) {
    if (ratio.isBelow(SLOWER)) {
      return "SLOWER";
    }
    return ratio.isAbove(1 / SLOWER)
        ? "faster"
        : ratio.low() >= SLOWER ? "not slower" : "not decided";
  }

  private static String text(
      List<List<WayTimes>> rows, String peer, String way, Predicate<WayTimes> which) {
    Ratio ratio = ratio(rows, peer, way, which);
    return ratio == null ? "-" : text(ratio);
  }

  private static String text(Ratio ratio) {
    return String.format(Locale.ROOT, "%.2f (%.2f-%.2f)", ratio.value(), ratio.low(), ratio.high());
  }

  private static @Nullable Ratio ratio(
      List<List<WayTimes>> rows, String peer, String way, Predicate<WayTimes> which) {
    List<double[]> theirs = new ArrayList<>();
    List<double[]> ours = new ArrayList<>();
    for (List<WayTimes> row : rows) {
      WayTimes their = WayTable.find(row, peer);
      WayTimes our = WayTable.find(row, way);
      if (their != null && our != null && which.test(our)) {
        theirs.add(their.micros());
        ours.add(our.micros());
      }
    }
    return ours.isEmpty() ? null : Ratio.ofMean(theirs, ours);
  }
}
