package org.jccl.sim.machine;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How NCCL reads its environment variables (chapter 10). */
public final class Variables {
  private static final long MOST_BYTES = 1 << 20;
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  private Variables() {}

  /**
   * {@return the number that {@code name} has} It is read as C does: spaces, a sign, {@code 0x} or
   * {@code 0} in front of digits, and nothing of what follows them. A text without digits is 0.
   *
   * @param environment the variables
   * @param name one of them
   * @param otherwise the value if the variable is not set, empty, or too large
   */
  public static long number(Map<String, String> environment, String name, long otherwise) {
    Long set = number(environment.get(name));
    return set == null ? otherwise : set;
  }

  /**
   * {@return the number that {@code text} stands for; null for "not set"}
   *
   * @param text what a variable is set to
   */
  public static @Nullable Long number(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    String rest = text.stripLeading();
    boolean isNegative = rest.startsWith("-");
    rest = isNegative || rest.startsWith("+") ? rest.substring(1) : rest;
    int radix = rest.startsWith("0") ? 8 : 10;
    if (rest.length() > 2 && rest.regionMatches(true, 0, "0x", 0, 2) && isDigit(rest, 2, 16)) {
      radix = 16;
      rest = rest.substring(2);
    }
    int end = 0;
    while (isDigit(rest, end, radix)) {
      end++;
    }
    BigInteger digits = end == 0 ? BigInteger.ZERO : new BigInteger(rest.substring(0, end), radix);
    BigInteger value = isNegative ? digits.negate() : digits;
    boolean fits = value.compareTo(LEAST) >= 0 && value.compareTo(MOST) <= 0;
    return fits ? value.longValue() : null;
  }

  /**
   * {@return {@code environment}, and what the file that its {@code NCCL_CONF_FILE} names says of
   * variables which are not set} A line each, {@code NAME=value}. A file that cannot be read says
   * nothing.
   *
   * @param environment the variables
   */
  public static Map<String, String> withFile(Map<String, String> environment) {
    String name = environment.getOrDefault("NCCL_CONF_FILE", "");
    if (name.isEmpty()) {
      return environment;
    }
    Map<String, String> all = new HashMap<>();
    for (String line : lines(name)) {
      int end = line.indexOf('=');
      if (!line.startsWith("#") && end > 0) {
        all.putIfAbsent(line.substring(0, end), line.substring(end + 1));
      }
    }
    all.putAll(environment);
    return Map.copyOf(all);
  }

  private static List<String> lines(String name) {
    try {
      Path file = Path.of(name);
      return Files.isRegularFile(file) && Files.size(file) <= MOST_BYTES
          ? Files.readAllLines(file, StandardCharsets.ISO_8859_1)
          : List.of();
    } catch (IOException | InvalidPathException unreadable) {
      return List.of();
    }
  }

  private static boolean isDigit(String text, int at, int radix) {
    return at < text.length()
        && text.charAt(at) < 128
        && Character.digit(text.charAt(at), radix) >= 0;
  }
}
