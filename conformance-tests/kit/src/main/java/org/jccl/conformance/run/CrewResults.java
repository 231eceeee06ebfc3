package org.jccl.conformance.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.jspecify.annotations.Nullable;

/** What the processes of a {@link WorkerCrew} say about one method, made one result. */
final class CrewResults {
  /** How long the others may take when one process has failed. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final int size;
  private final long deadlineNanos;
  private final Consumer<RuleResult> ended;
  private final Map<String, Map<Integer, RuleResult>> parts = new LinkedHashMap<>();
  private final Map<Integer, String> running = new HashMap<>();
  private final long[] since;
  private long graceEnds;
  private boolean failing;

  /**
   * @param size how many processes there are
   * @param deadlineNanos how long a method may take
   * @param ended told of each method that has ended in all processes
   */
  CrewResults(int size, long deadlineNanos, Consumer<RuleResult> ended) {
    this.size = size;
    this.deadlineNanos = deadlineNanos;
    this.ended = ended;
    this.since = new long[size];
    for (int rank = 0; rank < size; rank++) {
      since[rank] = System.nanoTime();
    }
  }

  /** How long the next line may take. */
  long left() {
    long now = System.nanoTime();
    long left = failing ? graceEnds - now : Long.MAX_VALUE;
    for (int rank = 0; rank < size; rank++) {
      left = Math.min(left, deadlineNanos - (now - since[rank]));
    }
    return left;
  }

  /** A process has begun a method. */
  void started(int rank, String method) {
    running.put(rank, method);
    since[rank] = System.nanoTime();
  }

  /** A process has ended a method. */
  void ended(int rank, RuleResult result) {
    running.remove(rank);
    since[rank] = System.nanoTime();
    parts.computeIfAbsent(result.method(), none -> new TreeMap<>()).put(rank, result);
    if (size > 1 && result.outcome() == Outcome.BROKEN) {
      fail();
    }
    complete(result.method());
  }

  /** A process says nothing more though it has not done all. */
  void lost(int rank, String words) {
    String method = running.get(rank);
    if (method != null) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since[rank]);
      ended(rank, new RuleResult(method, Outcome.BROKEN, millis, words));
    }
    fail();
  }

  private void fail() {
    if (!failing) {
      failing = true;
      graceEnds = System.nanoTime() + GRACE_NANOS;
    }
  }

  /** Whether the processes are of no more use: one has failed, and all have told what they know. */
  boolean isOver() {
    return failing && (size == 1 || parts.isEmpty());
  }

  /** The time is up: what has not ended hangs, in words. */
  void late(String words) {
    String method = parts.isEmpty() ? null : parts.keySet().iterator().next();
    for (int rank = 0; rank < size; rank++) {
      String own = running.get(rank);
      if (own != null
          && (method == null || own.equals(method))
          && !parts.getOrDefault(own, Map.of()).containsKey(rank)) {
        method = own;
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since[rank]);
        Outcome outcome = failing ? otherOutcome(own) : Outcome.BROKEN;
        String why = failing ? "was still at it when another rank had failed" : words;
        parts
            .computeIfAbsent(own, none -> new TreeMap<>())
            .put(rank, new RuleResult(own, outcome, millis, why));
      }
    }
    if (method != null) {
      tell(method);
    }
  }

  /** A rank that waits for one that has left the test says nothing of its own. */
  private Outcome otherOutcome(String method) {
    boolean broken =
        parts.getOrDefault(method, Map.of()).values().stream()
            .anyMatch(each -> each.outcome() == Outcome.BROKEN);
    return broken ? Outcome.BROKEN : Outcome.SKIPPED;
  }

  private void complete(String method) {
    if (parts.getOrDefault(method, Map.of()).size() == size) {
      tell(method);
    }
  }

  private void tell(String method) {
    Map<Integer, RuleResult> all = parts.remove(method);
    if (all != null) {
      ended.accept(merged(method, all));
    }
  }

  private RuleResult merged(String method, Map<Integer, RuleResult> all) {
    if (size == 1) {
      return all.values().iterator().next();
    }
    long millis = 0;
    Outcome outcome = Outcome.HELD;
    List<String> words = new ArrayList<>();
    @Nullable String same = null;
    for (Map.Entry<Integer, RuleResult> each : all.entrySet()) {
      RuleResult part = each.getValue();
      millis = Math.max(millis, part.millis());
      if (part.outcome() == Outcome.BROKEN
          || (part.outcome() == Outcome.SKIPPED && outcome == Outcome.HELD)) {
        outcome = part.outcome();
      }
      if (!part.words().isEmpty()) {
        words.add("process " + each.getKey() + ": " + part.words());
        same = same == null || same.equals(part.words()) ? part.words() : "";
      }
    }
    boolean agree = words.size() == all.size() && same != null && !same.isEmpty();
    String text = agree && same != null ? same : String.join("\n", words);
    return new RuleResult(method, outcome, millis, text);
  }
}
