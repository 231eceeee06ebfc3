package org.jccl.benchmarks.peers;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jccl.benchmarks.peers.PeerComparison.Row;
import org.jccl.benchmarks.peers.PeerComparison.ScaleRow;
import org.jccl.benchmarks.peers.PeerComparison.Time;
import org.jccl.benchmarks.peers.PeerComparison.TypeRow;
import org.jccl.benchmarks.peers.PeerComparison.Verdict;
import org.jccl.benchmarks.peers.PeerSubject.Family;
import org.jccl.benchmarks.report.Units;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jspecify.annotations.Nullable;

/** The comparison as text, for terminals. */
final class ComparisonText {
  private static final String LINE =
      "%9s %10s %10s %10s %10s %18s %10s %18s %10s  %8s %-14s %8s %-14s%n";

  private ComparisonText() {}

  static String write(PeerResults results) {
    StringBuilder text = new StringBuilder();
    List<Row> rows = PeerComparison.rows(results);
    for (PeerOperation op : results.plan().ops()) {
      for (int ranks : results.plan().ranks()) {
        List<Row> these =
            rows.stream().filter(row -> row.op() == op && row.ranks() == ranks).toList();
        if (!these.isEmpty()) {
          text.append("%n%s, %d ranks, µs a call%n".formatted(op.label(), ranks));
          head(text);
          these.forEach(row -> row(text, row));
        }
      }
    }
    types(text, PeerComparison.types(results));
    scale(text, PeerComparison.scale(results));
    results.notes().forEach(note -> text.append("%n%s".formatted(note)));
    return text.append("%n%s%n".formatted(summary(rows))).toString();
  }

  private static void head(StringBuilder text) {
    text.append(
        LINE.formatted(
            "size",
            "jccl",
            "enqueued",
            "free",
            "Open MPI",
            "Open MPI best",
            "MPICH",
            "Gloo best",
            "C limit",
            "x peer",
            "bar",
            "x limit",
            "bar"));
  }

  private static void row(StringBuilder text, Row row) {
    text.append(
        LINE.formatted(
            Units.bytes(row.bytes()),
            time(row.jccl()),
            time(row.time(Family.JCCL, PeerSubjects.ENQUEUED)),
            time(row.time(Family.JCCL, PeerSubjects.FREE)),
            time(row.time(Family.OPEN_MPI, PeerSubject.DEFAULT)),
            named(row.best(Family.OPEN_MPI)),
            time(row.best(Family.MPICH)),
            named(row.best(Family.GLOO)),
            time(row.best(Family.LIMIT)),
            ratio(row.ratio()),
            bar(">=", Bars.timesBestPeer(row.bytes()), row.againstPeers()),
            ratio(row.overLimit()),
            bar("<=", Bars.timesLimit(row.op(), row.bytes()), row.againstLimit())));
  }

  private static void types(StringBuilder text, List<TypeRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    text.append("%nElement types, all-reduce of 2 ranks%n".formatted());
    String line = "%12s %9s %10s %14s %12s  %s%n";
    text.append(line.formatted("type", "size", "µs", "elements/µs", "x float32", "bar"));
    for (TypeRow row : rows) {
      text.append(
          line.formatted(
              row.type(),
              Units.bytes(row.bytes()),
              number(row.micros()),
              number(row.elementsPerMicro()),
              number(row.slowdown()),
              bar("<=", Bars.slowerThanFloat32(row.type()), row.verdict())));
    }
  }

  private static void scale(StringBuilder text, List<ScaleRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    text.append("%nMany ranks, all-reduces of 4 KiB%n".formatted());
    String line = "%9s %7s %10s %10s %16s  %s%n";
    text.append(
        line.formatted("ranks", "calls", "seconds", "opening s", "µs/rank and call", "bar, s"));
    for (ScaleRow row : rows) {
      text.append(
          line.formatted(
              row.ranks(),
              row.calls(),
              number(row.seconds()),
              number(row.openSeconds()),
              number(row.microsPerRankAndCall()),
              bar("<=", Bars.scaleSeconds(row.ranks()), row.verdict())));
    }
  }

  /** How many bars are met. */
  static String summary(List<Row> rows) {
    return "bars against the best peer: %d met, %d missed; against the C limit: %d met, %d missed"
        .formatted(
            rows.stream().filter(row -> row.againstPeers() == Verdict.MET).count(),
            rows.stream().filter(row -> row.againstPeers() == Verdict.MISSED).count(),
            rows.stream().filter(row -> row.againstLimit() == Verdict.MET).count(),
            rows.stream().filter(row -> row.againstLimit() == Verdict.MISSED).count());
  }

  /** {@code >= 3 met}; only the figure where nothing could be held against it. */
  static String bar(String sign, OptionalDouble bar, Verdict verdict) {
    if (bar.isEmpty()) {
      return "";
    }
    String words = verdict == Verdict.NONE ? "" : " " + verdict.name().toLowerCase(Locale.ROOT);
    return sign + " " + Units.trimmed(bar.getAsDouble()) + words;
  }

  static String time(@Nullable Time time) {
    return time == null ? "-" : number(time.micros());
  }

  static String named(@Nullable Time time) {
    return time == null ? "-" : number(time.micros()) + " (" + time.variant() + ")";
  }

  static String ratio(OptionalDouble ratio) {
    return ratio.isEmpty() ? "-" : number(ratio.getAsDouble());
  }

  static String number(double value) {
    if (!Double.isFinite(value)) {
      return "-";
    }
    String format = value < 10 ? "%.3f" : value < 1000 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, value);
  }
}
