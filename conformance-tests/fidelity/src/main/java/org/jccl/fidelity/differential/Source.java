package org.jccl.fidelity.differential;

import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

  /** A value for each rank: the number itself if all have the same. */
  static String pick(List<Integer> values) {
    if (values.stream().distinct().count() == 1) {
      return values.getFirst().toString();
    }
    return values.stream().map(String::valueOf).collect(Collectors.joining(", ", "pick(me, ", ")"));
  }

  /** A value for each of {@code ranks}. */
  static String pick(int ranks, ToIntFunction<Integer> value) {
    return pick(IntStream.range(0, ranks).boxed().map(value::applyAsInt).toList());
  }

  /** {@code new long[] {1, 2}}. */
  static String longs(int size, IntFunction<String> value) {
    return IntStream.range(0, size)
        .mapToObj(value)
        .collect(Collectors.joining(", ", "new long[] {", "}"));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
