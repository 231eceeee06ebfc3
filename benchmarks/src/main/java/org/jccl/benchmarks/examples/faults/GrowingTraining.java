package org.jccl.benchmarks.examples.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jccl.Communicator;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ShrinkMode;
import org.jccl.UniqueId;
import org.jspecify.annotations.Nullable;

/**
 * Training with a spare rank, the last one. When a rank is gone the others shrink their
 * communicator and let it grow by the spare, so that as many go on as before. It needs a version of
 * NCCL that grows (2.29.2).
 */
public final class GrowingTraining implements RankProgram {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Roster<Note> roster = new Roster<>();

  /**
   * What a rank tells the others, at a meeting and behind it.
   *
   * @param step how far it is; {@link Model#STEPS} if it needs nobody
   * @param id what lets the spare join, of the rank that asks for it; else null
   * @param ranks whom the spare joins
   */
  private record Note(int step, @Nullable UniqueId id, Set<Integer> ranks) {}

  /** The meeting of those that train when one of them fails. */
  private static final int FAILED = 0;

  /** The meeting at which the spare learns that it is needed, or that all is over. */
  private static final int SPARE = 1;

  /** Started by {@code ./jccl faults}. */
  public GrowingTraining() {}

  @Override
  public void run(Rank rank) throws Exception {
    int spare = rank.worldSize() - 1;
    Set<Integer> training = new TreeSet<>();
    for (int each = 0; each < spare; each++) {
      training.add(each);
    }
    if (rank.rank() == spare) {
      rank.communicator().splitNoColor();
      stepIn(rank, spare);
      return;
    }
    try (Communicator first = rank.communicator().split(0, rank.rank(), Member.CONFIG);
        Member self = new Member(rank, first, training)) {
      try {
        while (self.step < Model.STEPS) {
          self.train();
        }
      } catch (Exception failure) {
        goOnWithSpare(rank, self, spare);
        return;
      }
      roster.meet(
          SPARE, rank.rank(), new Note(Model.STEPS, null, Set.of()), Set.of(spare), PATIENCE);
    }
  }

  /** The others shrink, and grow by the spare. */
  private void goOnWithSpare(Rank rank, Member self, int spare) throws Exception {
    Note own = new Note(self.step, null, Set.of());
    Map<Integer, Note> left = roster.meet(FAILED, rank.rank(), own, self.ranks, PATIENCE);
    if (!left.containsKey(rank.rank()) || left.size() == self.ranks.size()) {
      self.comm.abort();
      throw new IllegalStateException("this is not what the spare is for: left are " + left);
    }
    Set<Integer> gone = new TreeSet<>(self.ranks);
    gone.removeAll(left.keySet());
    try (Communicator smaller = self.comm.shrink(gone, ShrinkMode.ABORT, Member.CONFIG)) {
      self.comm.abort();
      UniqueId id = smaller.rank() == 0 ? smaller.newUniqueId() : null;
      Note told = new Note(self.step, id, left.keySet());
      roster.meet(SPARE, rank.rank(), told, with(left.keySet(), spare), PATIENCE);
      int size = left.size() + 1;
      try (Communicator larger = smaller.grow(size, id, Member.CONFIG)) {
        self.comm = larger;
        self.ranks = with(left.keySet(), spare);
        self.goOnFrom(furthest(left));
        while (self.step < Model.STEPS) {
          self.train();
        }
      }
    }
  }

  /** The spare waits until it is needed, and then trains as the last rank. */
  private void stepIn(Rank rank, int spare) throws Exception {
    Note own = new Note(0, null, Set.of());
    Map<Integer, Note> told = roster.meet(SPARE, spare, own, Set.of(0), LONG);
    Note leader = told.values().stream().filter(each -> each.id() != null).findFirst().orElse(null);
    if (leader == null || leader.id() == null) {
      return; // all is over, or all others are gone
    }
    UniqueId id = leader.id();
    Set<Integer> ranks = with(leader.ranks(), spare);
    int size = ranks.size();
    try (Communicator larger =
            rank.backend().joinGrowing(id, size - 1, size, rank.device(), Member.CONFIG);
        Member self = new Member(rank, larger, ranks)) {
      self.goOnFrom(-1); // from where the others are
      while (self.step < Model.STEPS) {
        self.train();
      }
    }
  }

  private static Set<Integer> with(Set<Integer> ranks, int spare) {
    Set<Integer> more = new TreeSet<>(ranks);
    more.add(spare);
    return more;
  }

  private static int furthest(Map<Integer, Note> left) {
    List<Note> notes = new ArrayList<>(left.values());
    int furthest = 0;
    for (int i = 1; i < notes.size(); i++) {
      furthest = notes.get(i).step() > notes.get(furthest).step() ? i : furthest;
    }
    return furthest;
  }
}
