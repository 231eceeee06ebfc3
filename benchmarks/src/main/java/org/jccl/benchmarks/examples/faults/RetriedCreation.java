package org.jccl.benchmarks.examples.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jccl.Communicator;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.UniqueId;
import org.jspecify.annotations.Nullable;

/**
 * Makes a communicator for training and tries again when that fails: with another id, and without
 * the ranks that do not come to the meeting before each attempt. Nobody trains before all who made
 * it have said so.
 */
public final class RetriedCreation implements RankProgram {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int ATTEMPTS = 3;

  private final Roster<Attempt> roster = new Roster<>();

  /**
   * What a rank tells the others.
   *
   * @param id an id for the next attempt, if it is the first rank; null if it cannot make one
   * @param isMade whether it has a communicator
   */
  private record Attempt(@Nullable UniqueId id, boolean isMade) {}

  /** Started by {@code ./jccl faults}. */
  public RetriedCreation() {}

  @Override
  public void run(Rank rank) throws Exception {
    Set<Integer> ranks = new TreeSet<>();
    for (int each = 0; each < rank.worldSize(); each++) {
      ranks.add(each);
    }
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Attempt own = new Attempt(newId(rank), false);
      Map<Integer, Attempt> left = roster.meet(2 * attempt, rank.rank(), own, ranks, PATIENCE);
      UniqueId id = firstId(left);
      if (!left.containsKey(rank.rank()) || id == null) {
        return; // the others go on without this rank
      }
      if (left.size() < ranks.size()) {
        rank.communicator().abort(); // its other ranks cannot be counted on
      }
      ranks = new TreeSet<>(left.keySet());
      Communicator made = made(rank, ranks, id);
      left =
          roster.meet(
              2 * attempt + 1, rank.rank(), new Attempt(null, made != null), ranks, PATIENCE);
      boolean allHaveIt =
          left.keySet().equals(ranks) && left.values().stream().allMatch(Attempt::isMade);
      if (made != null && allHaveIt) {
        train(rank, made, ranks);
        return;
      }
      if (made != null) {
        made.abort();
        made.close();
      }
    }
    throw new IllegalStateException("no communicator after " + ATTEMPTS + " attempts");
  }

  private static @Nullable UniqueId newId(Rank rank) {
    try {
      return rank.backend().newUniqueId();
    } catch (RuntimeException refused) {
      return null; // that of another rank will do
    }
  }

  private static @Nullable UniqueId firstId(Map<Integer, Attempt> left) {
    for (Attempt each : left.values()) {
      if (each.id() != null) {
        return each.id();
      }
    }
    return null;
  }

  private static @Nullable Communicator made(Rank rank, Set<Integer> ranks, UniqueId id) {
    int own = new ArrayList<>(ranks).indexOf(rank.rank());
    try {
      return rank.backend().newCommunicator(id, own, ranks.size(), rank.device(), Member.CONFIG);
    } catch (RuntimeException refused) {
      return null;
    }
  }

  /** Whoever fails from here on fails for good. */
  private static void train(Rank rank, Communicator comm, Set<Integer> ranks) throws Exception {
    try (comm;
        Member self = new Member(rank, comm, ranks)) {
      while (self.step < Model.STEPS) {
        self.train();
      }
    }
  }
}
