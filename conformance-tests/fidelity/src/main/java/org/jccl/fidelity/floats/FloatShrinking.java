package org.jccl.fidelity.floats;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jccl.DataType;
import org.jccl.fidelity.golden.InputKind;
import org.jccl.ops.Operation;

/** Makes a case smaller and simpler for as long as it still differs. */
final class FloatShrinking {
  private final Predicate<FloatCase> differs;
  private final long end;
  private int attempts;

  /**
   * @param attempts how many cases are tried at most
   * @param limit no further one is tried when this has passed
   */
  FloatShrinking(Predicate<FloatCase> differs, int attempts, Duration limit) {
    this.differs = differs;
    this.attempts = attempts;
    this.end = System.nanoTime() + limit.toNanos();
  }

  /** The smallest case found that differs. */
  FloatCase smallest(FloatCase from) {
    FloatCase smallest = from;
    boolean better = true;
    while (better) {
      better = false;
      for (FloatCase candidate : simpler(smallest)) {
        if (attempts <= 0 || System.nanoTime() > end) {
          return smallest;
        }
        attempts--;
        if (differs.test(candidate)) {
          smallest = candidate;
          better = true;
          break;
        }
      }
    }
    return smallest;
  }

  /** Simpler cases, those that gain most first. */
  private static List<FloatCase> simpler(FloatCase from) {
    List<FloatCase> simpler = new ArrayList<>();
    if (from.calls().size() > 1) {
      for (int i = 0; i < from.calls().size(); i++) {
        simpler.add(new FloatCase(from.ranks(), from.communicator(), List.of(from.calls().get(i))));
      }
      for (int i = 0; i < from.calls().size(); i++) {
        simpler.add(from.without(i));
      }
    }
    if (from.communicator() != 0) {
      simpler.add(new FloatCase(from.ranks(), 0, from.calls()));
    }
    for (int i = 0; i < from.calls().size(); i++) {
      for (FloatCall call : simpler(from.calls().get(i))) {
        FloatCase candidate = FloatCases.legal(from.with(i, call));
        if (!candidate.equals(from)) {
          simpler.add(candidate);
        }
      }
    }
    return simpler;
  }

  private static List<FloatCall> simpler(FloatCall from) {
    List<FloatCall> simpler = new ArrayList<>();
    long count = from.count();
    for (long fewer : new long[] {1, count / 8, count / 2, count - count / 4, count - 1}) {
      if (fewer >= 1 && fewer < count) {
        simpler.add(from.withCount(fewer));
      }
    }
    simpler.add(from.plain());
    simpler.add(from.withRoot(0));
    if (from.operation() != Operation.ALL_REDUCE) {
      simpler.add(from.withOperation(Operation.ALL_REDUCE));
    }
    // Earlier ones are simpler, so that this comes to an end.
    reductions(from).forEach(each -> simpler.add(from.withReduction(each)));
    if (from.type() != DataType.FLOAT32) {
      simpler.add(from.withType(DataType.FLOAT32));
    }
    for (InputKind kind : InputKind.values()) {
      if (kind.compareTo(from.kind()) < 0) {
        simpler.add(from.withKind(kind));
      }
    }
    return simpler;
  }

  private static List<Reduction> reductions(FloatCall from) {
    List<Reduction> simpler = new ArrayList<>();
    for (Reduction each : Reduction.values()) {
      if (each.compareTo(from.reduction()) < 0) {
        simpler.add(each);
      }
    }
    return simpler;
  }
}
