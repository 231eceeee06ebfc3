package org.jccl.benchmarks.flight;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jccl.DataType;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one communicator as they can be made again: from the first collective that all ranks
 * have kept, group by group.
 */
final class RecordedCalls {
  private static final int MOST_RANKS = 64;
  private static final double MOST_BYTES = 256L << 20;
  private static final int MOST_CALLS = 100_000;

  private final Meeting meeting;
  private final long first;

  private RecordedCalls(Meeting meeting, long first) {
    this.meeting = meeting;
    this.first = first;
  }

  static RecordedCalls of(Meeting meeting) {
    long first = 0;
    int most = MOST_CALLS / Math.max(1, meeting.ends().size());
    for (Flight.End end : meeting.ends().values()) {
      long kept = 0;
      long oldest = Long.MAX_VALUE;
      for (Flight.Entry call : end.calls().reversed()) {
        if (!call.isMessage() && ++kept <= most) {
          oldest = Math.min(oldest, call.number());
        }
      }
      first = kept == 0 ? first : Math.max(first, oldest);
    }
    return new RecordedCalls(meeting, first);
  }

  /** Why they cannot be made again as they were; empty if they can. */
  String obstacle() {
    if (!meeting.missing().isEmpty()) {
      return "that needs the recordings of all ranks";
    }
    return shapeObstacle();
  }

  /** The same, where ranks without a recording may call nothing. */
  String shapeObstacle() {
    if (meeting.worldSize() > MOST_RANKS) {
      return "that is done for at most " + MOST_RANKS + " ranks";
    }
    double bytes = 0;
    int calls = 0;
    for (Flight.End end : meeting.ends().values()) {
      for (Flight.Entry call : end.calls()) {
        if (operation(call) == null || type(call) == null || call.count() < 0) {
          return "the simulator has no %s of %s %s"
              .formatted(call.operation(), call.count(), call.type());
        }
      }
      boolean isWhole = end.messages() == 0 || messages(end) >= end.messages();
      if (!isWhole) {
        return "the recordings do not reach back to the first message";
      }
      for (List<Flight.Entry> group : groups(end.rank())) {
        for (Flight.Entry call : group) {
          bytes += bytes(call);
          calls++;
        }
      }
    }
    if (bytes > MOST_BYTES || calls > 2 * MOST_CALLS) {
      return "%,d calls need %,.0f bytes, at most %,.0f".formatted(calls, bytes, MOST_BYTES);
    }
    return "";
  }

  private double bytes(Flight.Entry call) {
    Operation operation = operation(call);
    DataType type = type(call);
    int n = meeting.worldSize();
    if (operation == null || type == null) {
      return 0;
    }
    boolean isMultiplied = operation.sendsBlocks() || operation.receivesBlocks();
    return 2.0 * call.count() * type.bytes() * (isMultiplied ? n : 1);
  }

  private static long messages(Flight.End end) {
    return end.calls().stream().filter(Flight.Entry::isMessage).count();
  }

  static @Nullable Operation operation(Flight.Entry call) {
    for (Operation each : Operation.values()) {
      if (each.label().equals(call.operation())) {
        return each;
      }
    }
    return null;
  }

  static @Nullable DataType type(Flight.Entry call) {
    String name = call.type() == null ? "" : call.type().toUpperCase(Locale.ROOT);
    for (DataType each : DataType.values()) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    return null;
  }

  /**
   * The calls of a rank, in groups of those that were issued together; failed ones are not made.
   */
  List<List<Flight.Entry>> groups(int rank) {
    List<List<Flight.Entry>> groups = new ArrayList<>();
    Flight.End end = meeting.ends().get(rank);
    long group = Long.MIN_VALUE;
    for (Flight.Entry call : end == null ? List.<Flight.Entry>of() : end.calls()) {
      boolean isWanted = call.isMessage() || call.number() >= first;
      if (!isWanted || call.state().equals("FAILED")) {
        continue;
      }
      if (groups.isEmpty() || call.group() != group) {
        groups.add(new ArrayList<>());
        group = call.group();
      }
      groups.getLast().add(call);
    }
    return groups;
  }

  /** The number of the first collective that is made again. */
  long first() {
    return first;
  }

  int worldSize() {
    return meeting.worldSize();
  }
}
