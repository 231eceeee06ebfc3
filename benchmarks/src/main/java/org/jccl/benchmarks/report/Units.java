package org.jccl.benchmarks.report;

import java.util.Locale;

/** Writes quantities the way people read them. */
public final class Units {
  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Units() {}

  /** {@code 8 B}, {@code 1.5 KiB}, {@code 4 MiB}. */
  public static String bytes(double bytes) {
    int unit = 0;
    while (bytes >= 1024 && unit < BINARY.length - 1) {
      bytes /= 1024;
      unit++;
    }
    return trimmed(bytes) + " " + BINARY[unit];
  }

  /** {@code 850 ns}, {@code 12.5 µs}, {@code 3 ms}, {@code 1.2 s}. */
  public static String micros(double micros) {
    if (micros < 1) {
      return trimmed(micros * 1e3) + " ns";
    }
    if (micros < 1e3) {
      return trimmed(micros) + " µs";
    }
    return micros < 1e6 ? trimmed(micros / 1e3) + " ms" : trimmed(micros / 1e6) + " s";
  }

  /** {@code 1.5 GB/s}, {@code 20 MB/s}, {@code 100 kB/s}: powers of ten, as nccl-tests counts. */
  public static String gigabytes(double gigabytesPerSecond) {
    if (gigabytesPerSecond >= 1 || gigabytesPerSecond == 0) {
      return trimmed(gigabytesPerSecond) + " GB/s";
    }
    // The tolerance keeps an axis label computed as 0.000999… from slipping into the unit below.
    return gigabytesPerSecond > 0.000_999_999
        ? trimmed(gigabytesPerSecond * 1e3) + " MB/s"
        : trimmed(gigabytesPerSecond * 1e6) + " kB/s";
  }

  /** About three significant digits, no superfluous zeros. */
  public static String trimmed(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e6) {
      return Long.toString((long) value);
    }
    double magnitude = Math.abs(value);
    int decimals =
        magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : magnitude >= 0.1 ? 3 : 4;
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }
}
