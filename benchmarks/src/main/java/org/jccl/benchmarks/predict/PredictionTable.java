package org.jccl.benchmarks.predict;

import java.io.PrintWriter;
import java.util.Locale;
import org.jccl.benchmarks.bench.TypeNames;
import org.jspecify.annotations.Nullable;

/** Predictions on a terminal, with nccl-tests' names for what it has, too. */
public final class PredictionTable {
  private static final String KEYS = "%12s  %12s  %8s";
  private static final String VALUES = "  %11s  %8s  %8s  %-8s  %-8s  %8s";
  private static final String MEASURED = "  %11s  %7s";

  private final PrintWriter out;
  private final boolean measured;
  private @Nullable String operation;

  /**
   * A table that goes to {@code out}.
   *
   * @param measured whether rows have measured times beside them
   */
  public PredictionTable(PrintWriter out, boolean measured) {
    this.out = out;
    this.measured = measured;
  }

  /** One line of words. */
  public void comment(String words) {
    out.println(("# " + words).stripTrailing());
  }

  /** One row, and first a head if it begins another operation. */
  public void row(Prediction prediction, @Nullable PredictionSample sample) {
    if (!prediction.workload().label().equals(operation)) {
      operation = prediction.workload().label();
      head(operation);
    }
    String keys =
        KEYS.formatted(prediction.bytes(), prediction.count(), TypeNames.of(prediction.type()));
    String values =
        VALUES.formatted(
            number(prediction.micros()),
            number(prediction.algorithmBandwidth()),
            number(prediction.busBandwidth()),
            prediction.algorithm(),
            prediction.protocol(),
            prediction.channels());
    out.println("  " + keys + values + (sample == null ? "" : beside(prediction, sample)));
  }

  private static String beside(Prediction prediction, PredictionSample sample) {
    double error = new ErrorTable.Pair(sample, prediction).error();
    return MEASURED.formatted(
        number(sample.micros()), String.format(Locale.ROOT, "%+.1f%%", 100 * error));
  }

  private void head(String label) {
    comment("");
    comment(label);
    String values = VALUES.formatted("time", "algbw", "busbw", "algo", "proto", "channels");
    comment(
        KEYS.formatted("size", "count", "type")
            + values
            + (measured ? MEASURED.formatted("measured", "error") : ""));
    String units = VALUES.formatted("(us)", "(GB/s)", "(GB/s)", "", "", "");
    comment(
        KEYS.formatted("(B)", "(elements)", "")
            + units
            + (measured ? MEASURED.formatted("(us)", "") : ""));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 1e5 ? "%.2f" : "%.0f", value);
  }
}
