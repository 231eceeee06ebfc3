package org.jccl.sim.rehearsal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jccl.sim.faults.CallPoint;
import org.jccl.sim.faults.FaultKind;
import org.jccl.sim.faults.FaultPoint;

/**
 * Faults at the calls of a program, and what came of each.
 *
 * @param rows a row for each fault at each call
 */
public record FaultTable(List<FaultRow> rows) {
  /** Rank by rank, the calls before a rank's program first. */
  static final Comparator<CallPoint> BY_RANK =
      Comparator.comparingInt((CallPoint call) -> call.point().rank())
          .thenComparing(call -> !call.point().call().equals(FaultPoint.OPENING))
          .thenComparingInt(call -> call.point().number());

  /** Keeps a copy. */
  public FaultTable {
    rows = List.copyOf(rows);
  }

  /** {@return how many rows are of each class, by their worst schedule} */
  public Map<FaultClass, Integer> counts() {
    Map<FaultClass, Integer> counts = new EnumMap<>(FaultClass.class);
    for (FaultRow row : rows) {
      counts.merge(row.worst().result(), 1, Integer::sum);
    }
    return counts;
  }

  /** {@return the table for people: calls down, kinds of faults across, then what was said} */
  public String text() {
    Map<CallPoint, Map<FaultKind, FaultRow>> byCall = new LinkedHashMap<>();
    Set<FaultKind> kinds = new TreeSet<>();
    for (FaultRow row : rows) {
      byCall
          .computeIfAbsent(row.call(), any -> new EnumMap<>(FaultKind.class))
          .put(row.fault().kind(), row);
      kinds.add(row.fault().kind());
    }
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("call", ""));
    kinds.forEach(kind -> head.add(kind.label()));
    lines.add(head);
    byCall.forEach(
        (call, found) -> {
          List<String> line = new ArrayList<>();
          line.add(call.point().toString());
          line.add(call.call() + " " + call.nth());
          for (FaultKind kind : kinds) {
            FaultRow row = found.get(kind);
            line.add(row == null ? "-" : shortly(row.worst().result()));
          }
          lines.add(line);
        });
    return aligned(lines) + "\n" + totals() + "\n\n" + said();
  }

  private static String shortly(FaultClass result) {
    return switch (result) {
      case NOT_REACHED -> ".";
      case RECOVERED -> "ok";
      case REPORTED -> "reported";
      case HANG -> "HANG";
      case SILENT_WRONG_DATA -> "WRONG";
    };
  }

  private static String aligned(List<List<String>> lines) {
    int columns = lines.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder one = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        one.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length() + 2));
      }
      text.append(one.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private String totals() {
    StringBuilder text = new StringBuilder().append(rows.size()).append(" faults:");
    counts()
        .forEach(
            (result, count) ->
                text.append(' ').append(count).append(' ').append(result.label()).append(','));
    text.setLength(text.length() - 1);
    return text.toString();
  }

  /** What was said, each text once, with an example that can be repeated. */
  private String said() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    Map<String, FaultOutcome> examples = new LinkedHashMap<>();
    Set<String> texts = new LinkedHashSet<>();
    for (FaultRow row : rows) {
      FaultOutcome worst = row.worst();
      // The same words behind another fault are the same.
      String words = worst.summary().replace(worst.plan().toString(), "…");
      String text = worst.result().label() + ", exit " + worst.exitCode() + ": " + words;
      texts.add(text);
      counts.merge(text, 1, Integer::sum);
      examples.putIfAbsent(text, worst);
    }
    StringBuilder all = new StringBuilder();
    for (String text : texts) {
      FaultOutcome example = examples.get(text);
      all.append(counts.get(text)).append(" x ").append(text).append('\n');
      if (example != null) {
        all.append("    such as '")
            .append(example.plan())
            .append("', ")
            .append(example.schedule())
            .append('\n');
      }
    }
    return all.toString();
  }
}
