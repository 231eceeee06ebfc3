package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows that differ only in size: one line of a plot.
 *
 * @param operation label of the operation
 * @param type name of the data type
 * @param reduction label of the reduction; null if the operation does not reduce
 * @param rows the rows, in the order in which they were measured
 */
public record Series(String operation, String type, @Nullable String reduction, List<Row> rows) {
  /** The rows, immutable. */
  public Series {
    rows = List.copyOf(rows);
  }

  /** What distinguishes this series from others of its operation: {@code float sum}. */
  public String variant() {
    return Stream.of(type, reduction).filter(s -> s != null).collect(Collectors.joining(" "));
  }

  /** Whether it is the same line, of another run. */
  boolean isLike(Series other) {
    return operation.equals(other.operation)
        && type.equals(other.type)
        && Objects.equals(reduction, other.reduction);
  }

  /** All series among {@code rows}, in order of first appearance. */
  public static List<Series> of(List<Row> rows) {
    Map<Series, List<Row>> groups = new LinkedHashMap<>();
    for (Row row : rows) {
      Series key = new Series(row.operation(), row.type(), row.reduction(), List.of());
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
    }
    return groups.entrySet().stream()
        .map(
            e ->
                new Series(
                    e.getKey().operation, e.getKey().type, e.getKey().reduction, e.getValue()))
        .toList();
  }
}
