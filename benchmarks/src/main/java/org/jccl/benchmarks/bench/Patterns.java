package org.jccl.benchmarks.bench;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongUnaryOperator;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jspecify.annotations.Nullable;

/**
 * The inputs and right results of one run, made once and shared by all ranks of this JVM where they
 * are the same for all.
 */
final class Patterns {
  /** How far apart in the sequence two ranks' copied data begin; a prime. */
  private static final long RANK_DISTANCE = 104_729;

  private record Key(DataType type, @Nullable Builtin op) {}

  private final int ranks;
  private final long seed;
  private final Map<Key, Pattern> shared = new ConcurrentHashMap<>();

  Patterns(int ranks, long seed) {
    this.ranks = ranks;
    this.seed = seed;
  }

  /** Any bits, for operations that copy. Rank r's data begin at {@link #copied(int)}. */
  Pattern copies(DataType type) {
    return cached(type, null, Pattern.PERIOD, i -> Hash.of(seed, i));
  }

  /** Where the data of {@code rank} begin in {@link #copies}. */
  long copied(int rank) {
    return rank * RANK_DISTANCE;
  }

  /** What {@code rank} contributes to a reduction; made anew for every call. */
  Pattern inputs(DataType type, Builtin op, int rank, long needed) {
    CheckedData data = data(type, op);
    return Pattern.generate(type, needed, i -> data.input(rank, i));
  }

  /** The right result of a reduction. */
  Pattern results(DataType type, Builtin op, long needed) {
    return cached(type, op, needed, data(type, op)::result);
  }

  /** How far results of a reduction may be off. */
  int tolerance(DataType type, Builtin op) {
    return data(type, op).tolerance();
  }

  private CheckedData data(DataType type, Builtin op) {
    return ExactData.of(type, op, ranks, seed);
  }

  private Pattern cached(DataType type, @Nullable Builtin op, long needed, LongUnaryOperator bits) {
    return shared.compute(
        new Key(type, op),
        (key, old) ->
            old != null && old.covers(needed) ? old : Pattern.generate(type, needed, bits));
  }
}
