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
    final Caller caller;
    final int place;
    final int groupSize;
    final long captureNumber;
    final @Nullable Dropped dropped;
    int seen;
    @Nullable HostTask lastTask;
    long lastIssue;
    Caller lastCaller;

    Position(
        Call call,
        Caller caller,
        int place,
        int groupSize,
        long captureNumber,
        @Nullable Dropped dropped) {
      this.call = call;
      this.caller = caller;
      this.lastCaller = caller;
      this.place = place;
      this.groupSize = groupSize;
      this.captureNumber = captureNumber;
      this.dropped = dropped;
    }
  }

  /** A call of count 0 and who made it. */
  private record Dropped(Call call, Caller caller) {}

  /** A call of count 0, and the call with a count that another rank made in its place. */
  private record Skip(Dropped dropped, Call other, Caller otherCaller) {}

  private final String communicator;
  private final int worldSize;
  private final SequenceWindow<Position> open = new SequenceWindow<>();
  private final @Nullable Dropped[] dropped;

  /** A rank that dropped a call which another one made with a count, and went on; the first one. */
  private @Nullable Skip skip;

  private final long[] captured;
  private boolean groupShapeTold;

  /** A contract among {@code worldSize} ranks of {@code communicator}. */
  public Contract(String communicator, int worldSize) {
    this.communicator = communicator;
    this.worldSize = worldSize;
    this.dropped = new Dropped[worldSize];
    this.captured = new long[worldSize];
  }

  /** A rank captures a collective; its number among those. */
  public long capture(int rank) {
    return captured[rank]++;
  }

  /** Notes a call of count 0, made before the rank's call at that position. */
  public void noteDropped(Call call, Caller caller) {
    Call sited = call.site() == null ? call.at(CallSite.current()) : call;
    dropped[caller.rank()] = new Dropped(sited, caller);
  }

  /**
   * What dropped calls have to do with a communicator on which nothing moves any more: the report
   * of the first one that another rank made with a count, or null.
   */
  public @Nullable ReportBuilder findDropped() {
    for (int rank = 0; rank < worldSize; rank++) {
      Dropped empty = dropped[rank];
      Position position = empty == null ? null : open.get(empty.call.sequence());
      if (empty != null && position != null && differsInCount(empty, position.call)) {
        return mismatch(
            position.call, position.caller, empty.call, empty.caller, Operation.Argument.COUNT);
      }
    }
    Skip first = skip;
    return first == null
        ? null
        : mismatch(
            first.other,
            first.otherCaller,
            first.dropped.call,
            first.dropped.caller,
            Operation.Argument.COUNT);
  }

  /** From here on the ranks are a call apart, which shows only where the last one is missing. */
  private void noteSkip(Position first, Call call, Caller caller, @Nullable Dropped before) {
    Dropped firstDropped = first.dropped;
    if (before != null && firstDropped == null && differsInCount(before, first.call)) {
      skip = new Skip(before, first.call, first.caller);
    } else if (before == null && firstDropped != null && differsInCount(firstDropped, call)) {
      skip = new Skip(firstDropped, call, caller);
    }
  }

  private static boolean differsInCount(@Nullable Dropped dropped, Call call) {
    return dropped != null && dropped.call.differsFrom(call) == Operation.Argument.COUNT;
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
  public @Nullable ReportBuilder note(
      Call call,
      Caller caller,
      int place,
      int groupSize,
      long captureNumber,
      @Nullable HostTask task) {
    int rank = caller.rank();
    if (worldSize == 1) {
      return null;
    }
    Dropped before = takeDropped(rank, call);
    Position position = open.get(call.sequence());
    if (position == null) {
      position = new Position(call, caller, place, groupSize, captureNumber, before);
      open.put(call.sequence(), position);
    }
    ReportBuilder report =
        position.seen == 0
            ? null
            : compare(position, call, caller, place, groupSize, captureNumber, before);
    if (report == null) {
      report = ungrouped(position, call, caller, task);
    }
    position.lastTask = task;
    position.lastIssue = task == null ? -1 : task.issueNumber();
    position.lastCaller = caller;
    position.seen++;
    for (Position oldest = open.oldest(); isComplete(oldest); oldest = open.oldest()) {
      open.dropOldest();
    }
    return report;
  }

  /** The call of count 0 that came right before {@code call}, or null. */
  private @Nullable Dropped takeDropped(int rank, Call call) {
    Dropped last = dropped[rank];
    if (last == null || last.call.sequence() > call.sequence()) {
      return null; // behind it in its group
    }
    dropped[rank] = null;
    return last;
  }

  private boolean isComplete(@Nullable Position position) {
    return position != null && position.seen == worldSize;
  }

  private @Nullable ReportBuilder compare(
      Position first,
      Call call,
      Caller caller,
      int place,
      int groupSize,
      long captureNumber,
      @Nullable Dropped before) {
    if (skip == null) {
      noteSkip(first, call, caller, before);
    }
    Operation.Argument difference = call.differsFrom(first.call);
    if (difference != null) {
      return differing(first, call, caller, before, difference);
    }
    if (call.captured() != first.call.captured()) {
      return both(
              MisuseKind.CAPTURE_MISMATCH,
              where(call)
                  + ": "
                  + captured(first.caller, first.call)
                  + ", "
                  + captured(caller, call),
              first.call,
              first.caller,
              call,
              caller)
          .line("an operation is captured on all its ranks or on none (STR-17, SIM-50)");
    }
    if (captureNumber != first.captureNumber
        && hasCaptured(caller, first.captureNumber)
        && hasCaptured(first.caller, captureNumber)) {
      return graphs(first, call, caller, captureNumber);
    }
    if (call.ownKernel() != first.call.ownKernel()) {
      return ways(first, call, caller, place, groupSize);
    }
    if (groupSize != first.groupSize || place != first.place) {
      return groupShape(first, call, caller, place, groupSize);
    }
    return null;
  }

  private boolean hasCaptured(Caller caller, long number) {
    return number < captured[caller.rank()];
  }

  private static String captured(Caller caller, Call call) {
    return caller.name() + (call.captured() ? " replays it from a graph" : " issues it directly");
  }

  /** A difference; blamed on a dropped call in the way if there is one (SIM-08). */
  private ReportBuilder differing(
      Position first,
      Call call,
      Caller caller,
      @Nullable Dropped before,
      Operation.Argument difference) {
    if (before != null && differsInCount(before, first.call)) {
      return mismatch(first.call, first.caller, before.call, caller, Operation.Argument.COUNT);
    }
    Dropped firstDropped = first.dropped;
    if (firstDropped != null && differsInCount(firstDropped, call)) {
      return mismatch(firstDropped.call, first.caller, call, caller, Operation.Argument.COUNT);
    }
    ReportBuilder report = mismatch(first.call, first.caller, call, caller, difference);
    return first.seen < 2
        ? report
        : report.line(
            "%d of %d ranks have called as %s has, %s alone differs so far"
                .formatted(first.seen, worldSize, first.caller.name(), caller.name()));
  }

  private ReportBuilder mismatch(
      Call first, Caller firstCaller, Call call, Caller caller, Operation.Argument difference) {
    boolean firstIsLower = firstCaller.worldRank() < caller.worldRank();
    String one = words(firstCaller, first, difference);
    String two = words(caller, call, difference);
    return both(
            MisuseKind.MISMATCH,
            "("
                + difference.name().toLowerCase(Locale.ROOT)
                + ")"
                + where(call)
                + ": "
                + (firstIsLower ? one + ", " + two : two + ", " + one),
            first,
            firstCaller,
            call,
            caller)
        .line(
            difference == Operation.Argument.CONFIG
                ? "all ranks must give a call the same configuration (CFG-27, SIM-67)"
                : "all ranks must make the same call with equal count, type, reduction and root"
                    + " (COL-01)");
  }

  private static String words(Caller caller, Call call, Operation.Argument difference) {
    return caller.name() + " has " + caller.words(call, difference);
  }

  private ReportBuilder graphs(Position first, Call call, Caller caller, long captureNumber) {
    return both(
            MisuseKind.ORDER_INVERSION,
            where(call)
                + ": "
                + first.caller.name()
                + " replays what it captured as collective #"
                + first.captureNumber
                + ", "
                + caller.name()
                + " what it captured as #"
                + captureNumber,
            first.call,
            first.caller,
            call,
            caller)
        .line("launch graphs in the same order on all ranks (STR-17, SIM-50)");
  }

  private @Nullable ReportBuilder groupShape(
      Position first, Call call, Caller caller, int place, int groupSize) {
    if (groupShapeTold) {
      return null;
    }
    groupShapeTold = true;
    return both(
            MisuseKind.GROUP_SHAPE,
            where(call)
                + ": "
                + shape(first.caller, first.place, first.groupSize)
                + ", "
                + shape(caller, place, groupSize),
            first.call,
            first.caller,
            call,
            caller)
        .line("group the same collectives on all ranks: NCCL chooses algorithms by group (SIM-17)");
  }

  /** One rank's kernel waits for another one's, which NCCL's never is: no warning, a hang. */
  private ReportBuilder ways(Position first, Call call, Caller caller, int place, int groupSize) {
    return both(
            MisuseKind.MISMATCH,
            "(own kernel)"
                + where(call)
                + ": "
                + shape(first.caller, first.place, first.groupSize)
                + way(first.call)
                + ", "
                + shape(caller, place, groupSize)
                + way(call),
            first.call,
            first.caller,
            call,
            caller)
        .line("group the collectives of a communicator alike on all ranks (KRN-02, SIM-17)");
  }

  private static String way(Call call) {
    return call.ownKernel() ? " (an own kernel carries it out)" : " (NCCL carries it out)";
  }

  private static String shape(Caller caller, int place, int groupSize) {
    return caller.name()
        + (groupSize == 1
            ? " issues it alone"
            : " issues it as number " + (place + 1) + " of a group of " + groupSize);
  }

  /** One thread came here before, for another rank, in another call or group (SIM-21). */
  private @Nullable ReportBuilder ungrouped(
      Position position, Call call, Caller caller, @Nullable HostTask task) {
    if (task == null
        || position.seen == 0
        || !task.equals(position.lastTask)
        || position.lastIssue == task.issueNumber()
        || call.captured()
        || call.count() == 0) {
      return null;
    }
    return new ReportBuilder(
            MisuseKind.GROUP_REQUIRED,
            where(call)
                + ": one thread issues it for "
                + position.lastCaller.name()
                + " and then for "
                + caller.name()
                + ", without a group around both")
        .rank(position.lastCaller, position.call, position.lastCaller.site(position.call))
        .rank(caller, call, caller.site(call))
        .line(
            "the first call may wait for the second, which never comes: put the calls of all ranks"
                + " that a thread drives into one group (STR-11, SIM-21)");
  }

  private String where(Call call) {
    return " in " + communicator + ", call #" + call.sequence();
  }

  private static ReportBuilder both(
      MisuseKind kind, String summary, Call first, Caller firstCaller, Call call, Caller caller) {
    return new ReportBuilder(kind, summary).both(first, firstCaller, call, caller);
  }

  /**
   * Things numbered by consecutive sequence numbers of which only the youngest are kept: a ring
   * that grows. Looking one up costs no search and no boxing.
   */
  public static final class SequenceWindow<T> {
    private @Nullable Object[] ring = new Object[8];
    private long oldest;
    private long next;

    /** The thing with that number, or null if it is not there yet or was dropped. */
    @SuppressWarnings("unchecked")
    public @Nullable T get(long number) {
      return number < oldest || number >= next ? null : (T) ring[slot(number)];
    }

    /** Puts the thing with that number, which is at or after all that were put before. */
    public void put(long number, T thing) {
      while (number - oldest >= ring.length) {
        grow();
      }
      ring[slot(number)] = thing;
      next = Math.max(next, number + 1);
    }

    /** The thing with the smallest number kept, or null. */
    public @Nullable T oldest() {
      return get(oldest);
    }

    /** Drops the smallest number. */
    public void dropOldest() {
      ring[slot(oldest)] = null;
      oldest++;
      next = Math.max(next, oldest);
    }

    private int slot(long number) {
      return (int) (number & (ring.length - 1));
    }

    private void grow() {
      @Nullable Object[] larger = new Object[ring.length * 2];
      for (long number = oldest; number < next; number++) {
        larger[(int) (number & (larger.length - 1))] = ring[slot(number)];
      }
      ring = larger;
    }
  }
}
