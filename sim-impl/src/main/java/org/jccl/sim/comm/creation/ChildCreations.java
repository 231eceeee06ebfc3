package org.jccl.sim.comm.creation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.life.CommParts;
import org.jspecify.annotations.Nullable;

/** Where the ranks of one communicator meet for its children: splits, shrinks, growths. */
final class ChildCreations {
  private final SharedComm comm;
  private final Bootstrap creations;
  private final List<ChildCreation> children = new ArrayList<>(1);
  private final List<List<Integer>> shrinks = new ArrayList<>(1);
  private final ArrayDeque<Creation> growths = new ArrayDeque<>(1);

  ChildCreations(SharedComm comm, Bootstrap creations) {
    this.comm = comm;
    this.creations = creations;
  }

  /** Where {@code rank} meets the others for its next split, or shrink without {@code excluded}. */
  ChildCreation next(CommParts parent, int rank, List<Integer> excluded) {
    for (ChildCreation each : children) {
      if (!each.has(rank) && each.excluded().isEmpty() == excluded.isEmpty()) {
        if (!each.excluded().equals(excluded)) {
          ReportedMisuse different = differentLists(rank, each.excluded(), excluded);
          each.fail(different);
          throw different;
        }
        return each;
      }
    }
    requireNoOtherHalf(rank, excluded);
    ChildCreation made = new ChildCreation(creations, this, parent, excluded);
    children.add(made);
    return made;
  }

  /** Ranks that shrink each other away did not mean that: their lists differ (SIM-48). */
  private void requireNoOtherHalf(int rank, List<Integer> excluded) {
    if (excluded.isEmpty()) {
      return;
    }
    for (List<Integer> before : shrinks) {
      boolean apart = before.contains(rank);
      for (int other = 0; other < comm.worldSize() && apart; other++) {
        apart = excluded.contains(other) || before.contains(other);
      }
      if (apart && !before.equals(excluded)) {
        throw differentLists(rank, before, excluded);
      }
    }
    shrinks.add(excluded);
  }

  private ReportedMisuse differentLists(int rank, List<Integer> before, List<Integer> now) {
    return comm.simulation()
        .findings()
        .keep(
            new ReportBuilder(
                    MisuseKind.MISMATCH,
                    "(list): rank "
                        + rank
                        + " shrinks "
                        + comm.name()
                        + " without ranks "
                        + now
                        + ", the ranks before without "
                        + before)
                .rank(rank, "shrinks without " + now, "at " + CallSite.current())
                .among(survivors(before))
                .line("pass the same list on every rank that stays (SHR-01, SIM-48)"));
  }

  private List<Integer> survivors(List<Integer> excluded) {
    List<Integer> ranks = new ArrayList<>();
    for (int rank = 0; rank < comm.worldSize(); rank++) {
      if (!excluded.contains(rank)) {
        ranks.add(rank);
      }
    }
    return ranks;
  }

  void over(ChildCreation meeting) {
    children.remove(meeting);
  }

  /** The oldest growth that waits for ranks, or null. */
  @Nullable Creation nextGrowth(int rank) {
    for (Creation each : growths) {
      if (!each.hasJoined(rank)) {
        return each;
      }
    }
    return null;
  }

  /** The oldest growth that has no id yet, or null (rule GRW-02). */
  @Nullable Creation growthWithoutId() {
    return growths.stream().filter(each -> !each.hasId()).findFirst().orElse(null);
  }

  void growthBegins(Creation creation) {
    growths.addLast(creation);
  }

  void growthOver(Creation creation) {
    growths.remove(creation);
  }
}
