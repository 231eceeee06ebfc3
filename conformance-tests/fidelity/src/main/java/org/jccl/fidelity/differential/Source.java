package org.jccl.fidelity.differential;

import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jccl.conformance.cases.WorldSplit;

/** A Java class that is being written down. */
final class Source {
  private final StringBuilder text = new StringBuilder();
  private int indent;

  /** Writes a line; one that ends in a brace begins a block. */
  Source line(String format, Object... values) {
    String line = values.length == 0 ? format : String.format(Locale.ROOT, format, values);
    if (line.startsWith("}")) {
      indent--;
    }
    text.append("  ".repeat(line.isEmpty() ? 0 : indent)).append(line).append('\n');
    if (line.endsWith("{") || line.endsWith("-> {")) {
      indent++;
    }
    return this;
  }

  /** Writes lines as they are, but for the indentation of all. */
  Source block(String lines) {
    lines
        .lines()
        .forEach(
            line ->
                text.append(line.isEmpty() ? "" : "  ".repeat(indent)).append(line).append('\n'));
    return this;
  }

  /** A value for each of {@code ranks}: the number itself if all have the same. */
  static String pick(int ranks, IntToLongFunction value) {
    List<Long> values = IntStream.range(0, ranks).mapToLong(value).boxed().toList();
    if (values.stream().distinct().count() == 1) {
      long only = values.getFirst();
      return only == (int) only ? Long.toString(only) : only + "L";
    }
    return values.stream()
        .map(each -> each + "L")
        .collect(Collectors.joining(", ", "pick(me, ", ")"));
  }

  /** {@code new long[] {1, 2}}. */
  static String longs(int size, IntToLongFunction value) {
    return "new long[] " + braced(size, value);
  }

  /** {@code {1, 2}}. */
  static String braced(int size, IntToLongFunction value) {
    return IntStream.range(0, size)
        .mapToLong(value)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "{", "}"));
  }

  /** A split as Java. */
  static String words(WorldSplit split) {
    return "new WorldSplit(List.of(%s), List.of(%s), %d)"
        .formatted(numbers(split.colours()), numbers(split.keys()), split.channels());
  }

  private static String numbers(List<Integer> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
