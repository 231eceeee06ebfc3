package org.jccl.benchmarks.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jccl.conformance.harness.Colors;
import org.jspecify.annotations.Nullable;

/**
 * The table on a terminal, with nccl-tests' columns, written row by row while the run goes on.
 * Lines that are not rows begin with {@code #}.
 */
public final class TextTable {
  private static final String KEYS = "%12s  %12s  %8s  %6s  %6s";
  private static final String VALUES = "  %9s  %7s  %7s  %6s";

  private final PrintWriter out;
  private final Colors colors;
  private final List<Row> rows = new ArrayList<>();
  private @Nullable String operation;

  /** A table that goes to {@code out}, its failures in such colours. */
  public TextTable(PrintWriter out, Colors colors) {
    this.out = out;
    this.colors = colors;
  }

  /** Says where and how it is measured. */
  public void head(Environment environment, Settings settings) {
    comment("jccl bench on %s: %s", environment.backend(), environment.description());
    comment("why %s: %s", environment.backend(), environment.why());
    comment("%s, %d cores, %s", environment.cpu(), environment.cores(), environment.jdk());
    for (int rank = 0; rank < Math.min(environment.devices().size(), 16); rank++) {
      comment("  rank %3d  %s", rank, environment.devices().get(rank));
    }
    if (environment.devices().size() > 16) {
      comment("  ... %d ranks in all", environment.devices().size());
    }
    comment(
        "iterations: %d, warm-up: %d, results checked: %s, graph: %s",
        settings.iterations(),
        settings.warmups(),
        settings.checked() ? "yes, bit by bit" : "no",
        settings.graph() ? "yes" : "no");
    comment("%s", settings.clockNote());
    out.flush();
  }

  /** Prints one row, and first a head if it begins another operation. */
  public void row(Row row) {
    if (!row.operation().equals(operation)) {
      operation = row.operation();
      columns(row.operation());
    }
    rows.add(row);
    Measurement inPlace = row.inPlace();
    out.println(
        "  "
            + KEYS.formatted(
                row.bytes(),
                row.count(),
                row.type(),
                row.reduction() == null ? "none" : row.reduction(),
                row.root() == null ? -1 : row.root())
            + values(row.outOfPlace())
            + (inPlace == null ? VALUES.formatted("N/A", "N/A", "N/A", "N/A") : values(inPlace))
            + (row.isWrong() ? colors.bad("  WRONG") : "")
            + (row.measurements().anyMatch(Measurement::isNoisy) ? "  noisy" : ""));
    out.flush();
  }

  /** Says that a case has no row. */
  public void refused(String why) {
    comment("refused by the library: %s", why);
    out.flush();
  }

  /** The closing lines: elements out of bounds, average bus bandwidth. */
  public void end() {
    long wrong = BenchReport.wrong(rows);
    boolean checked = rows.stream().flatMap(Row::measurements).anyMatch(Measurement::isChecked);
    comment("");
    comment(
        "Out of bounds values : %s",
        checked ? wrong + (wrong == 0 ? colors.good(" OK") : colors.bad(" FAILED")) : "N/A");
    long noisy = rows.stream().flatMap(Row::measurements).filter(Measurement::isNoisy).count();
    if (noisy > 0) {
      comment(
          "Noisy measurements   : %d, p95 is more than %d times p50: do not trust them",
          noisy, Measurement.NOISY);
    }
    BenchReport.averageBusBandwidth(rows)
        .ifPresent(average -> comment("Avg bus bandwidth    : %.4g GB/s", average));
    out.flush();
  }

  private void columns(String label) {
    comment("");
    comment("%s", label);
    comment(KEYS + "%37s%37s", "", "", "", "", "", "out-of-place        ", "in-place          ");
    String names = VALUES.formatted("time", "algbw", "busbw", "#wrong");
    comment(KEYS + "%s%s", "size", "count", "type", "redop", "root", names, names);
    String units = VALUES.formatted("(us)", "(GB/s)", "(GB/s)", "");
    comment(KEYS + "%s%s", "(B)", "(elements)", "", "", "", units, units);
  }

  private static String values(Measurement measurement) {
    return VALUES.formatted(
        number(measurement.micros()),
        number(measurement.algorithmBandwidth()),
        number(measurement.busBandwidth()),
        measurement.isChecked() ? measurement.wrong() : "N/A");
  }

  /** Two decimals while they fit, as nccl-tests does. */
  private static String number(double value) {
    String format = value < 1e4 ? "%.2f" : value < 1e5 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, value);
  }

  private void comment(String format, Object... arguments) {
    out.println(("# " + String.format(Locale.ROOT, format, arguments)).stripTrailing());
  }
}
