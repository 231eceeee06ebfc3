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
import org.jspecify.annotations.Nullable;

/**
 * Training in which a rank that fails revokes its communicator: what is in flight stops, and the
 * communicator is good for one more thing, to make its successor. A revoked one forgets a stored
 * error (LIF-18), so it shrinks where {@link ShrinkingTraining} needs a new id. If nobody is gone
 * it is split: all ranks take the same colour.
 */
public final class RevokingTraining implements RankProgram {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Roster<Note> roster = new Roster<>();

  /**
   * What a rank tells the others.
   *
   * @param step how far it is
   * @param isRevoked whether its communicator could be revoked, and so can have a successor
   */
  private record Note(int step, boolean isRevoked) {}

  /** Started by {@code ./jccl faults}. */
  public RevokingTraining() {}

  @Override
  public void run(Rank rank) throws Exception {
    Set<Integer> all = new TreeSet<>();
    for (int each = 0; each < rank.worldSize(); each++) {
      all.add(each);
    }
    Communicator successor = null;
    try (Member self = new Member(rank, rank.communicator(), all)) {
      try {
        while (self.step < Model.STEPS) {
          self.train();
        }
        return;
      } catch (Exception failure) {
        successor = successor(rank, self);
      }
      if (successor == null) {
        return; // the others go on without this rank
      }
      while (self.step < Model.STEPS) {
        self.train(); // a second failure is one too many for this program
      }
    } finally {
      if (successor != null) {
        successor.close();
      }
    }
  }

  private @Nullable Communicator successor(Rank rank, Member self) throws Exception {
    boolean isRevoked = isRevoked(self.comm);
    Note own = new Note(self.step, isRevoked);
    Map<Integer, Note> left = roster.meet(0, rank.rank(), own, self.ranks, PATIENCE);
    left.values().removeIf(note -> !note.isRevoked());
    if (!left.containsKey(rank.rank())) {
      self.comm.abort();
      return null;
    }
    Set<Integer> gone = new TreeSet<>(self.ranks);
    gone.removeAll(left.keySet());
    self.comm =
        gone.isEmpty()
            ? self.comm.split(0, self.comm.rank(), Member.CONFIG)
            : self.comm.shrink(gone, ShrinkMode.DEFAULT, Member.CONFIG);
    self.ranks = new TreeSet<>(left.keySet());
    self.goOnFrom(furthest(left));
    return self.comm;
  }

  /** An aborted communicator cannot be revoked: its rank is as good as gone. */
  private static boolean isRevoked(Communicator comm) {
    try {
      comm.revoke();
      return true;
    } catch (RuntimeException refused) {
      return false;
    }
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
