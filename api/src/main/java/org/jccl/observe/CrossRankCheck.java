package org.jccl.observe;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jccl.CallListener;
import org.jccl.IssuedCall;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jspecify.annotations.Nullable;

/**
 * Compares the collectives of all ranks through the process group before they are issued: NCCL does
 * not, and hangs, crashes or gives wrong data where they differ. A difference in operation, count,
 * type, reduction or root is a {@link ReportedMisuse} on every rank, as on the simulator; it names
 * the ranks against the others, by vote, with the lines of all of them.
 *
 * <p>Before each call it costs an exchange through the process group, some ten microseconds or more
 * by TCP, and ranks wait for each other there: for hunting a bug, or always in jobs with few large
 * calls. {@link #every} compares several calls at once. A rank that does not come is named when the
 * group's time-out ends. Messages between two ranks are not compared, nor are communicators without
 * a process group. Those that are split off or shrunk from one that has a group meet in a part of
 * it; one that has grown is compared once all its ranks have called {@link
 * org.jccl.Communicator#attach}.
 *
 * <p>While it is on, every rank uses its communicators in the same order, also inside a group.
 */
public final class CrossRankCheck implements CallListener.Factory {
  private final int every;

  /** Ranks compare each collective before it is issued. */
  public CrossRankCheck() {
    this(1);
  }

  private CrossRankCheck(int every) {
    this.every = every;
  }

  /**
   * {@return a check whose ranks compare so many collectives at once} It must be the same number on
   * all ranks.
   *
   * @param collectives 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public static CrossRankCheck every(int collectives) {
    return new CrossRankCheck(RankComparison.checked(collectives));
  }

  @Override
  public CallListener listen(CallListener.Endpoint where) {
    return new Calls(where, every);
  }

  /** The calls of one rank's end. */
  private static final class Calls extends RankComparison {
    /** Not compared yet. */
    private final List<ComparedCall> calls = new ArrayList<>();

    Calls(Endpoint where, int every) {
      super(where, every, "cross-rank check");
    }

    @Override
    void note(IssuedCall call) {
      calls.add(ComparedCall.of(call, lines().of(call)));
    }

    @Override
    byte[] said() {
      return ComparedCall.write(calls);
    }

    @Override
    boolean hasMore() {
      return !calls.isEmpty();
    }

    @Override
    void compare(List<ByteBuffer> all) {
      TreeMap<Long, TreeMap<Integer, ComparedCall>> byNumber = new TreeMap<>();
      for (int rank = 0; rank < all.size(); rank++) {
        for (ComparedCall call : ComparedCall.read(all.get(rank))) {
          byNumber.computeIfAbsent(call.number(), unknown -> new TreeMap<>()).put(rank, call);
        }
      }
      for (TreeMap<Integer, ComparedCall> each : byNumber.values()) {
        ReportedMisuse found = difference(each);
        if (found != null) {
          end();
          throw found;
        }
      }
      calls.clear();
    }

    private @Nullable ReportedMisuse difference(TreeMap<Integer, ComparedCall> said) {
      Votes votes = new Votes();
      said.forEach((rank, call) -> votes.add(rank, call.agreeing()));
      if (votes.areOne()) {
        return null;
      }
      List<Integer> against = votes.against();
      boolean isDecided = against.size() < said.size();
      List<List<Integer>> sides = votes.sides();
      ComparedCall most = said.get(sides.get(0).getFirst());
      ComparedCall other = said.get(sides.get(1).getFirst());
      if (most == null || other == null) {
        return null;
      }
      StringBuilder report = new StringBuilder("MISMATCH(");
      report.append(most.differsIn(other)).append(") in ").append(where().communicator());
      report.append(", call #").append(most.number()).append(": ");
      report.append(
          isDecided
              ? Votes.ranks(against) + " against the others"
              : "the ranks are divided evenly");
      for (List<Integer> side : sides) {
        ComparedCall call = said.get(side.getFirst());
        report.append("\n  ").append(Votes.ranks(side)).append(": ").append(call);
        String site = call == null ? null : call.site();
        report.append(site == null ? "" : "\n    at " + site);
      }
      report
          .append(
              "\n  all ranks must make the same call with equal count, type, reduction and root")
          .append(" (COL-01)\n  found by the cross-rank check: NCCL was not called");
      return new ReportedMisuse(MisuseKind.MISMATCH, against, report.toString());
    }
  }
}
