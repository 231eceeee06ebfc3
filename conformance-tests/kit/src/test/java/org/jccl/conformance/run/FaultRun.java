package org.jccl.conformance.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.conformance.run.FaultyRank.Kind;
import org.jccl.conformance.run.FaultyRank.Step;

/**
 * A job of several processes with one fault, and what came of it.
 *
 * @param step where the fault struck
 * @param kind what it was
 * @param victim whom
 * @param ranks how many processes there were
 * @param thrown milliseconds from the fault to the exception of each of the others
 * @param words the exceptions' words
 * @param fine who ended without an exception
 * @param ended milliseconds from the fault to the end of the last of the others
 * @param left who was still there when the time was over
 */
record FaultRun(
    Step step,
    Kind kind,
    int victim,
    int ranks,
    Map<Integer, Long> thrown,
    Map<Integer, String> words,
    List<Integer> fine,
    long ended,
    List<Integer> left) {
  /** A bound for what hangs: on a busy machine eight JVMs alone take half a minute to start. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  static FaultRun of(Step step, Kind kind, int victim, int ranks, Path errors) throws IOException {
    return of(step, kind, victim, ranks, errors, Map.of());
  }

  static FaultRun of(
      Step step, Kind kind, int victim, int ranks, Path errors, Map<String, String> variables)
      throws IOException {
    List<String> command =
        List.of(FaultyRank.class.getName(), step.name(), kind.name(), String.valueOf(victim));
    Map<Integer, Long> thrown = new TreeMap<>();
    Map<Integer, String> words = new TreeMap<>();
    List<Integer> fine = new ArrayList<>();
    List<Integer> left = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      if (rank != victim) {
        left.add(rank);
      }
    }
    long fault = 0;
    long ended = 0;
    try (WorkerCrew crew = WorkerCrew.start(command, variables, ranks, errors)) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!left.isEmpty()) {
        WorkerCrew.Line line = crew.next(deadline - System.nanoTime());
        if (line == null) {
          break;
        }
        String text = line.text();
        if (text == null) {
          left.remove((Integer) line.rank());
          if (line.rank() != victim) {
            ended = System.currentTimeMillis();
          }
        } else if (text.startsWith(FaultyRank.FAULT)) {
          fault = time(text);
        } else if (text.startsWith(FaultyRank.THROWN) && line.rank() != victim) {
          thrown.put(line.rank(), time(text));
          words.put(line.rank(), text.substring(text.indexOf(' ', text.indexOf(' ') + 1) + 1));
        } else if (text.startsWith(FaultyRank.FINE)) {
          fine.add(line.rank());
        }
      }
    }
    long start = fault;
    thrown.replaceAll((rank, time) -> time - start);
    return new FaultRun(
        step, kind, victim, ranks, thrown, words, List.copyOf(fine), ended - start, left);
  }

  private static long time(String text) {
    return Long.parseLong(text.split(" ", 3)[1]);
  }

  /** When the last of the others has thrown. */
  long slowest() {
    return thrown.values().stream().mapToLong(each -> each).max().orElse(0);
  }

  /** Who of those that have thrown does not name the victim. */
  List<Integer> unnamed() {
    return words.entrySet().stream()
        .filter(
            each -> !each.getValue().matches(".*(\\brank " + victim + "\\b|\\[" + victim + "]).*"))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Whether all others have thrown, named the victim and ended. */
  boolean isTold() {
    return left.isEmpty() && thrown.size() == ranks - 1 && unnamed().isEmpty();
  }

  /** One line of a table. */
  String row() {
    return String.format(
        Locale.ROOT,
        "%-13s %-9s %d  thrown %d/%d  slowest %5d ms  ended %5d ms  unnamed %s  fine %s  left %s",
        step.name().toLowerCase(Locale.ROOT).replace('_', ' '),
        kind.name().toLowerCase(Locale.ROOT),
        victim,
        thrown.size(),
        ranks - 1,
        slowest(),
        ended,
        unnamed(),
        fine,
        left);
  }

  /**
   * The table of all steps and faults; arguments: ranks, victims, perhaps steps, perhaps faults.
   */
  public static void main(String[] args) throws IOException {
    int ranks = Integer.parseInt(args[0]);
    for (Step step : Step.values()) {
      for (Kind kind : Kind.values()) {
        for (String each : args[1].split(",")) {
          int victim = Integer.parseInt(each);
          boolean wanted =
              (args.length < 3 || List.of(args[2].split(",")).contains(step.name()))
                  && (args.length < 4 || List.of(args[3].split(",")).contains(kind.name()));
          if (wanted && (step != Step.UNIQUE_ID || victim == 0)) {
            FaultRun run = of(step, kind, victim, ranks, Path.of("/dev/null"));
            System.out.println(run.row());
            run.words().values().stream()
                .limit(1)
                .forEach(words -> System.out.println("    " + words));
          }
        }
      }
    }
  }
}
