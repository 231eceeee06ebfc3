package org.jccl.benchmarks.bench;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads sizes as people write them. */
public final class ByteSize {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([KMGT]?)(?:I?B)?");

  private ByteSize() {}

  /**
   * The bytes that {@code text} says: {@code 8}, {@code 1K}, {@code 1KiB}, {@code 1.5M}, {@code
   * 4GB}. Units are powers of 1024, as in nccl-tests, in either case.
   *
   * @throws IllegalArgumentException if it is no size, or no whole number of bytes
   */
  public static long parse(String text) {
    Matcher matcher = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a size: write bytes like 8, 1K, 4MiB or 1G");
    }
    int exponent = matcher.group(2).isEmpty() ? 0 : "KMGT".indexOf(matcher.group(2)) + 1;
    try {
      return new BigDecimal(matcher.group(1))
          .multiply(BigDecimal.valueOf(1L << (10 * exponent)))
          .longValueExact();
    } catch (ArithmeticException noLong) {
      throw new IllegalArgumentException("'" + text + "' is no whole number of bytes below 2^63");
    }
  }
}
