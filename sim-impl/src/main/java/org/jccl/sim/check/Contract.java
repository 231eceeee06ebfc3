package org.jccl.sim.check;

import java.util.List;
import java.util.Locale;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Compares the ranks' calls at the same position of one communicator, as soon as the second one is
 * made (rule COL-01; SIM-01 to SIM-08). Calls of count 0 have no position: NCCL drops them, and a
 * rank may make them alone (COL-02). They are remembered until the rank's next call, so that a
 * count that is 0 on some ranks only is found once nobody can go on, or the next call differs
 * (SIM-08).
 */
public final class Contract {
  /** The first call made at a position. */
  private static final class Position {
    final Call call;
    final int rank;
    final @Nullable Call dropped;
    int seen = 1;

    Position(Call call, int rank, @Nullable Call dropped) {
      this.call = call;
      this.rank = rank;
      this.dropped = dropped;
    }
  }

  /** What a report says about the rank whose call came first. */
  @FunctionalInterface
  public interface WhereIs {
    /** Where the rank's thread is now, or null. */
    @Nullable String site(int rank);
  }

  private final String communicator;
  private final int worldSize;
  private final String replay;
  private final WhereIs whereIs;
  private final Window<Position> open = new Window<>();
  private final @Nullable Call[] dropped;

  /** A contract among {@code worldSize} ranks; {@code replay} is the line that replays the run. */
  public Contract(String communicator, int worldSize, String replay, WhereIs whereIs) {
    this.communicator = communicator;
    this.worldSize = worldSize;
    this.replay = replay;
    this.whereIs = whereIs;
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
  public @Nullable ReportedMisuse findDropped() {
    for (int rank = 0; rank < worldSize; rank++) {
      Call call = dropped[rank];
      Position position = call == null ? null : open.get(call.sequence());
      if (call != null && position != null && differsInCount(call, position.call)) {
        return report(position.call, position.rank, call, rank, Operation.Argument.COUNT);
      }
    }
    return null;
  }

  private static boolean differsInCount(@Nullable Call dropped, Call call) {
    return dropped != null && dropped.differsFrom(call) == Operation.Argument.COUNT;
  }

  /**
   * Notes a call.
   *
   * @throws ReportedMisuse if another rank's call at this position differs
   */
  public void note(Call call, int rank) {
    Call before = dropped[rank];
    dropped[rank] = null;
    Position position = at(call, rank, before);
    if (position == null) {
      return;
    }
    Operation.Argument difference = call.differsFrom(position.call);
    if (difference != null) {
      throw differing(position, call, rank, before, difference);
    }
    position.seen++;
    for (Position oldest = open.oldest(); isComplete(oldest); oldest = open.oldest()) {
      open.dropOldest();
    }
  }

  /** A difference; blamed on a dropped call in the way if there is one (SIM-08). */
  private ReportedMisuse differing(
      Position position,
      Call call,
      int rank,
      @Nullable Call before,
      Operation.Argument difference) {
    if (before != null && differsInCount(before, position.call)) {
      return report(position.call, position.rank, before, rank, Operation.Argument.COUNT);
    }
    Call first = position.dropped;
    if (first != null && differsInCount(first, call)) {
      return report(first, position.rank, call, rank, Operation.Argument.COUNT);
    }
    return report(position.call, position.rank, call, rank, difference);
  }

  private boolean isComplete(@Nullable Position position) {
    return position != null && position.seen == worldSize;
  }

  /** The position of a call that another rank has made before, or null after opening it. */
  private @Nullable Position at(Call call, int rank, @Nullable Call before) {
    Position position = open.get(call.sequence());
    if (position == null) {
      open.put(call.sequence(), new Position(call, rank, before));
      if (worldSize == 1) {
        open.dropOldest();
      }
    }
    return position;
  }

  private ReportedMisuse report(
      Call first, int firstRank, Call call, int rank, Operation.Argument difference) {
    boolean firstIsLower = firstRank < rank;
    String now = "\n    at " + (call.site() == null ? CallSite.current() : call.site());
    String one = "\n  rank " + firstRank + ": " + first + siteOfFirst(first, firstRank);
    String other = "\n  rank " + rank + ": " + call + now;
    String lower = words(firstIsLower ? firstRank : rank, firstIsLower ? first : call, difference);
    String upper = words(firstIsLower ? rank : firstRank, firstIsLower ? call : first, difference);
    String text =
        MisuseKind.MISMATCH
            + "("
            + difference.name().toLowerCase(Locale.ROOT)
            + ") in "
            + communicator
            + ", call #"
            + call.sequence()
            + ": "
            + lower
            + ", "
            + upper
            + (firstIsLower ? one + other : other + one)
            + "\n"
            + "  all ranks must make the same call with equal count, type, reduction and root"
            + " (COL-01)\n"
            + "  replay: "
            + replay;
    return new ReportedMisuse(
        MisuseKind.MISMATCH, List.of(Math.min(firstRank, rank), Math.max(firstRank, rank)), text);
  }

  private static String words(int rank, Call call, Operation.Argument difference) {
    return "rank " + rank + " has " + call.describe(difference);
  }

  private String siteOfFirst(Call first, int firstRank) {
    if (first.site() != null) {
      return "\n    at " + first.site();
    }
    String now = whereIs.site(firstRank);
    return (now == null ? "" : "\n    now at " + now)
        + "\n    (its call site: replay with checks FULL)";
  }
}
