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
 * made (rule COL-01; SIM-01 to SIM-08). Calls of count 0 have no position, see {@link
 * DroppedCalls}.
 */
public final class Contract {
  /** The first call made at a position. */
  private static final class Position {
    final Call call;
    final int rank;
    int seen = 1;

    Position(Call call, int rank) {
      this.call = call;
      this.rank = rank;
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

  /** A contract among {@code worldSize} ranks; {@code replay} is the line that replays the run. */
  public Contract(String communicator, int worldSize, String replay, WhereIs whereIs) {
    this.communicator = communicator;
    this.worldSize = worldSize;
    this.replay = replay;
    this.whereIs = whereIs;
  }

  /**
   * Notes a call.
   *
   * @throws ReportedMisuse if another rank's call at this position differs
   */
  public void note(Call call, int rank) {
    Position position = at(call, rank);
    if (position == null) {
      return;
    }
    Operation.Argument difference = call.differsFrom(position.call);
    if (difference != null) {
      throw report(position, call, rank, difference);
    }
    position.seen++;
    for (Position oldest = open.oldest(); isComplete(oldest); oldest = open.oldest()) {
      open.dropOldest();
    }
  }

  /** The report of a dropped call that another rank made with a count, or null (SIM-08). */
  public @Nullable ReportedMisuse compareDropped(Call call, int rank) {
    Position position = open.get(call.sequence());
    if (position == null || call.differsFrom(position.call) != Operation.Argument.COUNT) {
      return null;
    }
    return report(position, call, rank, Operation.Argument.COUNT);
  }

  private boolean isComplete(@Nullable Position position) {
    return position != null && position.seen == worldSize;
  }

  /** The position of a call that another rank has made before, or null after opening it. */
  private @Nullable Position at(Call call, int rank) {
    Position position = open.get(call.sequence());
    if (position == null) {
      open.put(call.sequence(), new Position(call, rank));
      if (worldSize == 1) {
        open.dropOldest();
      }
    }
    return position;
  }

  private ReportedMisuse report(
      Position position, Call call, int rank, Operation.Argument difference) {
    boolean firstIsLower = position.rank < rank;
    String now = "\n    at " + (call.site() == null ? CallSite.current() : call.site());
    String one = "\n  rank " + position.rank + ": " + position.call + siteOfFirst(position);
    String other = "\n  rank " + rank + ": " + call + now;
    String lower =
        words(firstIsLower ? position.rank : rank, firstIsLower ? position.call : call, difference);
    String upper =
        words(firstIsLower ? rank : position.rank, firstIsLower ? call : position.call, difference);
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
        MisuseKind.MISMATCH,
        List.of(Math.min(position.rank, rank), Math.max(position.rank, rank)),
        text);
  }

  private static String words(int rank, Call call, Operation.Argument difference) {
    return "rank " + rank + " has " + call.describe(difference);
  }

  private String siteOfFirst(Position position) {
    if (position.call.site() != null) {
      return "\n    at " + position.call.site();
    }
    String now = whereIs.site(position.rank);
    return (now == null ? "" : "\n    now at " + now)
        + "\n    (its call site: replay with checks FULL)";
  }
}
