package org.jccl.benchmarks.peers;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jccl.benchmarks.simspeed.PeerOperation;

/**
 * What is measured.
 *
 * @param ops operations
 * @param ranks numbers of ranks
 * @param sizes sizes as nccl-tests counts them
 * @param rounds how often everybody has a turn; the median counts
 * @param budgetMillis how long the calls of a repetition take together, about
 * @param limit longest time of one program
 * @param enqueued whether enqueue-many-then-synchronize is measured at every number of ranks, not
 *     only at 2, where the free mode is, too
 * @param scaleRanks numbers of ranks for the curve; empty for no curve
 * @param scaleRepetitions repetitions of each of its points
 * @param scaleLimit longest time of one of its points
 * @param types whether all element types are measured
 */
public record PeerPlan(
    List<PeerOperation> ops,
    List<Integer> ranks,
    List<Long> sizes,
    int rounds,
    int budgetMillis,
    Duration limit,
    boolean enqueued,
    List<Integer> scaleRanks,
    int scaleRepetitions,
    Duration scaleLimit,
    boolean types) {
  private static final List<PeerOperation> OPS = Arrays.asList(PeerOperation.values());
  private static final long MIB = 1 << 20;

  /** Size of each rank's buffer on the curve. */
  static final long SCALE_BYTES = 4096;

  /** Sizes at which the element types are compared: in the cache, and beyond the first levels. */
  static final List<Long> TYPE_BYTES = List.of(32 * 1024L, MIB);

  /** With immutable lists. */
  public PeerPlan {
    ops = List.copyOf(ops);
    ranks = List.copyOf(ranks);
    sizes = List.copyOf(sizes);
    scaleRanks = List.copyOf(scaleRanks);
  }

  /** Everything, for a report: three quarters of an hour. */
  public static PeerPlan full() {
    return new PeerPlan(
        OPS,
        List.of(2, 4, 8),
        List.of(
            8L, 32L, 128L, 512L, 2048L, 8192L, 32768L, 131072L, 524288L, 2 * MIB, 8 * MIB, 32 * MIB,
            64 * MIB),
        3,
        60,
        Duration.ofSeconds(45),
        true,
        List.of(64, 256, 1024, 4096, 16_384, 65_536),
        3,
        Duration.ofMinutes(3),
        true);
  }

  /** One round of a size or two for each bar: a few minutes, for seeing where one stands. */
  public static PeerPlan quick() {
    return new PeerPlan(
        OPS,
        List.of(2, 8),
        List.of(8L, 512L, 8192L, 512 * 1024L, 8 * MIB, 32 * MIB),
        1,
        20,
        Duration.ofSeconds(20),
        false,
        List.of(64, 256, 1024),
        1,
        Duration.ofSeconds(20),
        true);
  }

  /** With other operations, ranks and sizes. */
  public PeerPlan of(List<PeerOperation> newOps, List<Integer> newRanks, List<Long> newSizes) {
    return new PeerPlan(
        newOps,
        newRanks,
        newSizes,
        rounds,
        budgetMillis,
        limit,
        enqueued,
        scaleRanks,
        scaleRepetitions,
        scaleLimit,
        types);
  }

  /** With other rounds, budget and limit. */
  public PeerPlan of(int newRounds, int newBudgetMillis, Duration newLimit) {
    return new PeerPlan(
        ops,
        ranks,
        sizes,
        newRounds,
        newBudgetMillis,
        newLimit,
        enqueued,
        scaleRanks,
        scaleRepetitions,
        scaleLimit,
        types);
  }

  /** Without element types and curve. */
  public PeerPlan collectivesOnly() {
    return new PeerPlan(
        ops,
        ranks,
        sizes,
        rounds,
        budgetMillis,
        limit,
        enqueued,
        List.of(),
        scaleRepetitions,
        scaleLimit,
        false);
  }
}
