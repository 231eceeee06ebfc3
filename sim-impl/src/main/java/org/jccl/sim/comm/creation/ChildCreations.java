package org.jccl.sim.comm.creation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.life.CommParts;
import org.jspecify.annotations.Nullable;

/** Where the ranks of one communicator meet for its children: splits, shrinks, growths. */
final class ChildCreations {
  /** A rank's call of shrink, the first one with its list. */
  private record Shrink(CommMember caller, List<Integer> excluded, @Nullable String site) {}

  private final SharedComm comm;
  private final Bootstrap creations;
  private final List<ChildCreation> children = new ArrayList<>(1);
  private final List<Shrink> shrinks = new ArrayList<>(1);
  private final ArrayDeque<Creation> growths = new ArrayDeque<>(1);

  ChildCreations(SharedComm comm, Bootstrap creations) {
    this.comm = comm;
    this.creations = creations;
  }

  /** Where {@code job} meets the others for its next split, or shrink without some ranks. */
  ChildCreation next(CommParts parent, CommMember caller, ChildJob job) {
    List<Integer> excluded = job.excluded();
    for (ChildCreation each : children) {
      if (!each.has(caller.rank()) && each.excluded().isEmpty() == excluded.isEmpty()) {
        if (!each.excluded().equals(excluded)) {
          ReportedMisuse different =
              comm.simulation()
                  .findings()
                  .keep(differentLists(shrinkWithout(each.excluded()), caller, job));
          each.fail(different);
          throw different;
        }
        return each;
      }
    }
    if (!excluded.isEmpty()) {
      requireNoOtherHalf(caller, job);
      shrinks.add(new Shrink(caller, excluded, job.site()));
    }
    ChildCreation made = new ChildCreation(creations, this, parent, excluded);
    children.add(made);
    return made;
  }

  private Shrink shrinkWithout(List<Integer> excluded) {
    return shrinks.reversed().stream()
        .filter(each -> each.excluded.equals(excluded))
        .findFirst()
        .orElseThrow();
  }

  /** Ranks that shrink each other away did not mean that: their lists differ (SIM-48). */
  private void requireNoOtherHalf(CommMember caller, ChildJob job) {
    List<Integer> excluded = job.excluded();
    for (Shrink before : shrinks) {
      boolean apart = before.excluded.contains(caller.rank());
      for (int other = 0; other < comm.worldSize() && apart; other++) {
        apart = excluded.contains(other) || before.excluded.contains(other);
      }
      if (apart && !before.excluded.equals(excluded)) {
        throw comm.simulation().findings().keep(differentLists(before, caller, job));
      }
    }
  }

  /**
   * Nothing moves any more, and a shrink waits for a rank that has shrunk without one of those who
   * wait for it, which was possible alone: their lists differ (SIM-48). That, or null.
   */
  @Nullable ReportBuilder findOtherList() {
    for (ChildCreation waiting : children) {
      for (Shrink before : shrinks) {
        ChildJob job =
            waiting.lacks(before.caller.rank()) ? waiting.firstOf(before.excluded) : null;
        if (job != null && !job.excluded().isEmpty()) {
          return differentLists(before, job.caller(), job);
        }
      }
    }
    return null;
  }

  private ReportBuilder differentLists(Shrink before, CommMember caller, ChildJob job) {
    return new ReportBuilder(
            MisuseKind.MISMATCH,
            "(list): "
                + before.caller.name()
                + " shrinks "
                + comm.name()
                + " without ranks "
                + before.excluded
                + ", "
                + caller.name()
                + " without "
                + job.excluded())
        .rank(before.caller.caller(), "shrinks without " + before.excluded, before.site)
        .rank(caller.caller(), "shrinks without " + job.excluded(), job.site())
        .line("pass the same list on every rank that stays (SHR-01, SIM-48)");
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
