package org.jccl.sim.check;

import java.util.Locale;
import org.jccl.MisuseKind;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * Compares the ranks' calls at the same position of one communicator, as soon as the second one is
 * made (rule COL-01; SIM-01 to SIM-08, SIM-17, SIM-21, SIM-50). Calls of count 0 have no position:
 * NCCL drops them, and a rank may make them alone (COL-02). They are remembered until the rank's
 * next call, so that a count that is 0 on some ranks only is found once nobody can go on, or the
 * next call differs (SIM-08).
 */
public final class Contract {
  /** The calls made at a position: the first one, and who made the last one. */
  private static final class Position {
    final Call call;
    final int rank;
    final int place;
    final int groupSize;
    final long captureNumber;
    final @Nullable Call dropped;
    int seen;
    @Nullable HostTask lastTask;
    long lastIssue;
    int lastRank;

    Position(
        Call call, int rank, int place, int groupSize, long captureNumber, @Nullable Call dropped) {
      this.call = call;
      this.rank = rank;
      this.place = place;
      this.groupSize = groupSize;
      this.captureNumber = captureNumber;
      this.dropped = dropped;
    }
  }

  /** What is known of the ranks' threads when a report is written. */
  public interface Witness {
    /** Where {@code rank} made {@code call}, or where its thread is now; null if unknown. */
    @Nullable String site(int rank, Call call);

    /** Whether {@code rank} has captured a collective with that number. */
    boolean hasCaptured(int rank, long number);
  }

  private final String communicator;
  private final int worldSize;
  private final Witness witness;
  private final Window<Position> open = new Window<>();
  private final @Nullable Call[] dropped;
  private boolean groupShapeTold;

  /** A contract among {@code worldSize} ranks of {@code communicator}. */
  public Contract(String communicator, int worldSize, Witness witness) {
    this.communicator = communicator;
    this.worldSize = worldSize;
    this.witness = witness;
    this.dropped = new Call[worldSize];
  }

  /** Notes a call of count 0, made before the rank's call at that position. */
  public void noteDropped(Call call, int rank) {
    dropped[rank] = call.site() == null ? call.at(CallSite.current()) : call;
  }

  /**
   * What dropped calls have to do with a communicator on which nothing moves any more: the report
   * of the first one that another rank made with a count, or null.
   */
  public @Nullable Report findDropped() {
    for (int rank = 0; rank < worldSize; rank++) {
      Call call = dropped[rank];
      Position position = call == null ? null : open.get(call.sequence());
      if (call != null && position != null && differsInCount(call, position.call)) {
        return mismatch(position.call, position.rank, call, rank, Operation.Argument.COUNT);
      }
    }
    return null;
  }

  private static boolean differsInCount(@Nullable Call dropped, Call call) {
    return dropped != null && dropped.differsFrom(call) == Operation.Argument.COUNT;
  }

  /**
   * Notes a call, and says in what it breaks the contract with the calls that other ranks made at
   * this position, or null.
   *
   * @param place its place among the collectives of its group, from 0
   * @param groupSize number of collectives in its group, 1 for a call alone
   * @param captureNumber its number among the collectives this rank captured, or -1
   * @param task the thread that issues it and may have to wait for peers, or null if none may
   */
  public @Nullable Report note(
      Call call, int rank, int place, int groupSize, long captureNumber, @Nullable HostTask task) {
    if (worldSize == 1) {
      return null;
    }
    Call before = dropped[rank];
    dropped[rank] = null;
    Position position = open.get(call.sequence());
    if (position == null) {
      position = new Position(call, rank, place, groupSize, captureNumber, before);
      open.put(call.sequence(), position);
    }
    Report report =
        position.seen == 0
            ? null
            : compare(position, call, rank, place, groupSize, captureNumber, before);
    if (report == null) {
      report = ungrouped(position, call, rank, task);
    }
    position.lastTask = task;
    position.lastIssue = task == null ? -1 : task.issueNumber();
    position.lastRank = rank;
    position.seen++;
    for (Position oldest = open.oldest(); isComplete(oldest); oldest = open.oldest()) {
      open.dropOldest();
    }
    return report;
  }

  private boolean isComplete(@Nullable Position position) {
    return position != null && position.seen == worldSize;
  }

  private @Nullable Report compare(
      Position first,
      Call call,
      int rank,
      int place,
      int groupSize,
      long captureNumber,
      @Nullable Call before) {
    Operation.Argument difference = call.differsFrom(first.call);
    if (difference != null) {
      return differing(first, call, rank, before, difference);
    }
    if (call.captured() != first.call.captured()) {
      return both(
              MisuseKind.CAPTURE_MISMATCH,
              where(call) + ": " + captured(first.rank, first.call) + ", " + captured(rank, call),
              first.call,
              first.rank,
              call,
              rank)
          .line("an operation is captured on all its ranks or on none (STR-17, SIM-50)");
    }
    if (captureNumber != first.captureNumber
        && witness.hasCaptured(rank, first.captureNumber)
        && witness.hasCaptured(first.rank, captureNumber)) {
      return graphs(first, call, rank, captureNumber);
    }
    if (groupSize != first.groupSize || place != first.place) {
      return groupShape(first, call, rank, place, groupSize);
    }
    return null;
  }

  private static String captured(int rank, Call call) {
    return "rank " + rank + (call.captured() ? " replays it from a graph" : " issues it directly");
  }

  /** A difference; blamed on a dropped call in the way if there is one (SIM-08). */
  private Report differing(
      Position first, Call call, int rank, @Nullable Call before, Operation.Argument difference) {
    if (before != null && differsInCount(before, first.call)) {
      return mismatch(first.call, first.rank, before, rank, Operation.Argument.COUNT);
    }
    Call firstDropped = first.dropped;
    if (firstDropped != null && differsInCount(firstDropped, call)) {
      return mismatch(firstDropped, first.rank, call, rank, Operation.Argument.COUNT);
    }
    return mismatch(first.call, first.rank, call, rank, difference);
  }

  private Report mismatch(
      Call first, int firstRank, Call call, int rank, Operation.Argument difference) {
    boolean firstIsLower = firstRank < rank;
    Call lower = firstIsLower ? first : call;
    Call upper = firstIsLower ? call : first;
    return both(
            MisuseKind.MISMATCH,
            "("
                + difference.name().toLowerCase(Locale.ROOT)
                + ")"
                + where(call)
                + ": "
                + words(Math.min(firstRank, rank), lower, difference)
                + ", "
                + words(Math.max(firstRank, rank), upper, difference),
            first,
            firstRank,
            call,
            rank)
        .line(
            "all ranks must make the same call with equal count, type, reduction and root"
                + " (COL-01)");
  }

  private static String words(int rank, Call call, Operation.Argument difference) {
    return "rank " + rank + " has " + call.describe(difference);
  }

  private Report graphs(Position first, Call call, int rank, long captureNumber) {
    return both(
            MisuseKind.ORDER_INVERSION,
            where(call)
                + ": rank "
                + first.rank
                + " replays what it captured as collective #"
                + first.captureNumber
                + ", rank "
                + rank
                + " what it captured as #"
                + captureNumber,
            first.call,
            first.rank,
            call,
            rank)
        .line("launch graphs in the same order on all ranks (STR-17, SIM-50)");
  }

  private @Nullable Report groupShape(
      Position first, Call call, int rank, int place, int groupSize) {
    if (groupShapeTold) {
      return null;
    }
    groupShapeTold = true;
    return both(
            MisuseKind.GROUP_SHAPE,
            where(call)
                + ": "
                + shape(first.rank, first.place, first.groupSize)
                + ", "
                + shape(rank, place, groupSize),
            first.call,
            first.rank,
            call,
            rank)
        .line("group the same collectives on all ranks: NCCL chooses algorithms by group (SIM-17)");
  }

  private static String shape(int rank, int place, int groupSize) {
    return "rank "
        + rank
        + (groupSize == 1
            ? " issues it alone"
            : " issues it as number " + (place + 1) + " of a group of " + groupSize);
  }

  /** One thread came here before, for another rank, in another call or group (SIM-21). */
  private @Nullable Report ungrouped(
      Position position, Call call, int rank, @Nullable HostTask task) {
    if (task == null
        || position.seen == 0
        || !task.equals(position.lastTask)
        || position.lastIssue == task.issueNumber()
        || call.captured()
        || call.count() == 0) {
      return null;
    }
    return new Report(
            MisuseKind.GROUP_REQUIRED,
            where(call)
                + ": one thread issues it for rank "
                + position.lastRank
                + " and then for rank "
                + rank
                + ", without a group around both")
        .rank(position.lastRank, position.call, witness.site(position.lastRank, position.call))
        .rank(rank, call, witness.site(rank, call))
        .line(
            "the first call may wait for the second, which never comes: put the calls of all ranks"
                + " that a thread drives into one group (STR-11, SIM-21)");
  }

  private String where(Call call) {
    return " in " + communicator + ", call #" + call.sequence();
  }

  private Report both(
      MisuseKind kind, String summary, Call first, int firstRank, Call call, int rank) {
    Report report = new Report(kind, summary);
    String firstSite = witness.site(firstRank, first);
    String site = witness.site(rank, call);
    if (firstRank < rank) {
      return report.rank(firstRank, first, firstSite).rank(rank, call, site);
    }
    return report.rank(rank, call, site).rank(firstRank, first, firstSite);
  }
}
