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
import org.jccl.ResultCode;
import org.jccl.ShrinkMode;
import org.jccl.UniqueId;

/**
 * Training that goes on without a rank that is gone. A rank whose step fails or takes too long
 * comes to a meeting. If somebody does not come, the communicator shrinks; if all have come, or
 * somebody's communicator is broken, a new one is made. Then all go on from where the furthest one
 * is.
 */
public final class ShrinkingTraining implements RankProgram {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_MEETINGS = 8;

  private final Roster<Note> roster = new Roster<>();

  /**
   * What a rank tells the others.
   *
   * @param step how far it is
   * @param canShrink whether its communicator is in order
   * @param id an id for a new communicator, if it is the first rank
   */
  private record Note(int step, boolean canShrink, UniqueId id) {}

  /** Started by {@code ./jccl faults}. */
  public ShrinkingTraining() {}

  @Override
  public void run(Rank rank) throws Exception {
    Set<Integer> all = new TreeSet<>();
    for (int each = 0; each < rank.worldSize(); each++) {
      all.add(each);
    }
    try (Member self = new Member(rank, rank.communicator(), all)) {
      for (int meeting = 0; self.step < Model.STEPS; meeting++) {
        try {
          while (self.step < Model.STEPS) {
            self.train();
          }
        } catch (Exception failure) {
          if (meeting == MOST_MEETINGS) {
            throw failure;
          }
          if (!recovers(rank, self, meeting)) {
            return; // the others go on without this rank
          }
        }
      }
      close(rank, self.comm);
    }
  }

  /** Finds out who is left and goes on with them; false if they go on without this rank. */
  private boolean recovers(Rank rank, Member self, int meeting) throws Exception {
    boolean canShrink =
        self.comm.state() == Communicator.State.READY
            && self.comm.asyncError() == ResultCode.SUCCESS;
    Note own = new Note(self.step, canShrink, rank.backend().newUniqueId());
    Map<Integer, Note> left = roster.meet(meeting, rank.rank(), own, self.ranks, PATIENCE);
    if (!left.containsKey(rank.rank())) {
      giveUp(rank, self.comm);
      return false;
    }
    try {
      self.comm = rebuilt(rank, self, left);
      self.ranks = new TreeSet<>(left.keySet());
      self.goOnFrom(furthest(left));
    } catch (Exception failure) {
      self.ranks = new TreeSet<>(left.keySet());
      self.comm.abort(); // the next step fails, and the next meeting comes
    }
    return true;
  }

  private static Communicator rebuilt(Rank rank, Member self, Map<Integer, Note> left) {
    Communicator before = self.comm;
    List<Integer> ranks = new ArrayList<>(self.ranks);
    Set<Integer> gone = new TreeSet<>();
    for (int each : ranks) {
      if (!left.containsKey(each)) {
        gone.add(ranks.indexOf(each)); // by the numbers of the communicator
      }
    }
    boolean shrinks = !gone.isEmpty() && left.values().stream().allMatch(Note::canShrink);
    if (shrinks) {
      Communicator smaller = before.shrink(gone, ShrinkMode.ABORT, Member.CONFIG);
      giveUp(rank, before);
      return smaller;
    }
    giveUp(rank, before);
    UniqueId id = left.values().iterator().next().id();
    int own = new ArrayList<>(left.keySet()).indexOf(rank.rank());
    return rank.backend().newCommunicator(id, own, left.size(), rank.device(), Member.CONFIG);
  }

  private static int furthest(Map<Integer, Note> left) {
    List<Note> notes = new ArrayList<>(left.values());
    int furthest = 0;
    for (int i = 1; i < notes.size(); i++) {
      furthest = notes.get(i).step() > notes.get(furthest).step() ? i : furthest;
    }
    return furthest;
  }

  /** Ends a communicator whose other ranks may be gone; that of the world is closed for us. */
  private static void giveUp(Rank rank, Communicator comm) {
    comm.abort();
    close(rank, comm);
  }

  private static void close(Rank rank, Communicator comm) {
    if (comm != rank.communicator()) {
      comm.close();
    }
  }
}
