package org.jccl.benchmarks.bench;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongUnaryOperator;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jccl.conformance.data.ExactData;
import org.jccl.conformance.data.Fold;

/**
 * The inputs and right results of one run, made once and shared by all ranks of this JVM where they
 * are the same for all. Elements are those of {@link ExactData}.
 */
final class Patterns {
  /** How far apart in the sequence two ranks' copied data begin; a prime. */
  private static final long RANK_DISTANCE = 104_729;

  private record Key(DataType type, Fold fold) {}

  /** What one rank contributed last: sizes of one type and reduction come in a row. */
  private record Contribution(Key key, Pattern pattern) {}

  private final int ranks;
  private final long seed;
  private final Map<Key, Pattern> shared = new ConcurrentHashMap<>();
  private final Map<Integer, Contribution> contributed = new ConcurrentHashMap<>();

  Patterns(int ranks, long seed) {
    this.ranks = ranks;
    this.seed = seed;
  }

  /** Any bits, for operations that copy. Rank r's data begin at {@link #copied(int)}. */
  Pattern copies(DataType type) {
    ExactData data = ExactData.of(type, Fold.COPY, ranks, seed);
    return cached(new Key(type, Fold.COPY), Pattern.PERIOD, i -> data.input(0, i));
  }

  /** Where the data of {@code rank} begin in {@link #copies}. */
  long copied(int rank) {
    return rank * RANK_DISTANCE;
  }

  /** What {@code rank} contributes to a reduction. */
  Pattern inputs(DataType type, Builtin op, int rank, long needed) {
    Key key = new Key(type, Fold.of(op));
    ExactData data = data(type, op);
    Contribution own =
        contributed.compute(
            rank,
            (same, old) ->
                old != null && old.key.equals(key) && old.pattern.covers(needed)
                    ? old
                    : new Contribution(
                        key, Pattern.generate(type, needed, i -> data.input(rank, i))));
    return own.pattern;
  }

  /** The right result of a reduction. */
  Pattern results(DataType type, Builtin op, long needed) {
    return cached(new Key(type, Fold.of(op)), needed, data(type, op)::expected);
  }

  /** How far results of a reduction may be off. */
  int tolerance(DataType type, Builtin op) {
    return data(type, op).tolerance();
  }

  private ExactData data(DataType type, Builtin op) {
    return ExactData.of(type, Fold.of(op), ranks, seed);
  }

  private Pattern cached(Key key, long needed, LongUnaryOperator bits) {
    return shared.compute(
        key,
        (same, old) ->
            old != null && old.covers(needed) ? old : Pattern.generate(key.type, needed, bits));
  }
}
