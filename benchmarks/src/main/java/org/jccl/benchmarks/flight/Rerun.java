package org.jccl.benchmarks.flight;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.ReportedMisuse;
import org.jccl.ops.Operation;
import org.jccl.sim.Simulator;
import org.jccl.spi.Calls;
import org.jspecify.annotations.Nullable;

/**
 * Makes the recorded calls of one communicator again, on simulated ranks: their order, groups,
 * lengths and roots are the recording's, all on one stream, and nobody waits before the end. So it
 * shows what is wrong with the calls themselves, also where every rank made the same number of
 * them.
 */
final class Rerun {
  private static final int MOST_RANKS = 64;
  private static final long MOST_BYTES = 256L << 20;

  private final TreeMap<Integer, Flight.End> ends;
  private final long first;

  private Rerun(TreeMap<Integer, Flight.End> ends, long first) {
    this.ends = ends;
    this.first = first;
  }

  /** What the simulator says; empty if it finds nothing, or why it cannot say anything. */
  static String verdict(TreeMap<Integer, Flight.End> ends) {
    int worldSize = ends.firstEntry().getValue().worldSize();
    if (ends.size() < worldSize || worldSize > MOST_RANKS) {
      return "not made again on the simulator: that needs the recordings of all ranks, at most "
          + MOST_RANKS;
    }
    long bytes = 0;
    long first = 0;
    for (Flight.End end : ends.values()) {
      for (Flight.Entry call : end.calls()) {
        boolean isKnown = isOperation(call.operation()) && call.type() != null;
        if (!isKnown && !call.operation().equals("barrier")) {
          return "not made again on the simulator: it has no " + call.operation() + " of its own";
        }
        bytes += 2 * call.bytes();
      }
      boolean isWhole = end.messages() == 0 || messages(end) == end.messages();
      if (!isWhole) {
        return "not made again on the simulator: the recordings do not reach back to the first"
            + " message";
      }
      first = Math.max(first, end.collectives() - (end.calls().size() - messages(end)));
    }
    if (bytes > MOST_BYTES) {
      return "not made again on the simulator: the calls need %,d bytes, at most %,d"
          .formatted(bytes, MOST_BYTES);
    }
    return new Rerun(ends, first).run(worldSize);
  }

  private static long messages(Flight.End end) {
    return end.calls().stream().filter(Flight.Entry::isMessage).count();
  }

  private static boolean isOperation(String label) {
    for (Operation each : Operation.values()) {
      if (each.label().equals(label)) {
        return true;
      }
    }
    return false;
  }

  private String run(int worldSize) {
    try (Simulator simulator =
        Simulator.builder().devices(worldSize).warnings(line -> {}).build()) {
      CommunicatorConfig config = CommunicatorConfig.builder().warmUp(false).build();
      try {
        Ranks.run(simulator.backend(), worldSize, config, List.of(), this::rank);
      } catch (RanksFailedException | ReportedMisuse failed) {
        if (simulator.findings().isEmpty()) {
          return "made again on the simulator, it fails: " + firstLine(failed.getMessage());
        }
      }
      List<ReportedMisuse> found = simulator.findings();
      return found.isEmpty()
          ? ""
          : "made again on the simulator: " + withoutOwnLines(found.getFirst().getMessage());
    }
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }

  /** The lines of this class are not the program's. */
  private static String withoutOwnLines(@Nullable String report) {
    return text(report)
        .lines()
        .filter(line -> !line.contains(Rerun.class.getName()) && !line.contains("replay: "))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  private void rank(Rank rank) {
    Communicator comm = rank.communicator();
    List<DeviceBuffer> buffers = new ArrayList<>();
    try {
      List<Flight.Entry> calls = Messages.end(ends, rank.rank()).calls();
      int at = 0;
      while (at < calls.size()) {
        Flight.Entry call = calls.get(at);
        int end = Math.min(calls.size(), at + Math.max(1, call.groupSize()));
        List<Flight.Entry> together =
            calls.subList(at, end).stream()
                .filter(each -> each.isMessage() || each.number() >= first)
                .toList();
        if (call.groupSize() > 1) {
          comm.group(group -> together.forEach(each -> issue(comm, group, each, buffers)));
        } else {
          together.forEach(each -> issue(comm, comm, each, buffers));
        }
        at = end;
      }
      comm.defaultStream().synchronize();
    } finally {
      buffers.forEach(DeviceBuffer::close);
    }
  }

  private static void issue(
      Communicator comm, Collectives on, Flight.Entry call, List<DeviceBuffer> buffers) {
    Operation operation = Operation.ofLabel(call.operation());
    int n = comm.worldSize();
    int root = Math.max(0, call.rootOrPeer());
    DeviceBuffer send = null;
    DeviceBuffer recv = null;
    if (operation.sendsAt(comm.rank(), root)) {
      send = buffer(comm, call, operation.sendElements(call.count(), n), buffers);
    }
    if (operation.receivesAt(comm.rank(), root)) {
      recv = buffer(comm, call, operation.receiveElements(call.count(), n), buffers);
    }
    // A custom reduction is a handle of its process: a sum stands for it.
    ReduceOp op =
        ReduceOp.Builtin.isCode(call.reduction())
            ? ReduceOp.Builtin.ofCode(call.reduction())
            : ReduceOp.SUM;
    Calls.issue(on, operation, send, recv, op, root);
  }

  private static DeviceBuffer buffer(
      Communicator comm, Flight.Entry call, long elements, List<DeviceBuffer> buffers) {
    DeviceBuffer made =
        comm.device().allocate(DataType.valueOf(String.valueOf(call.type())), elements);
    made.fill((byte) 0, comm.defaultStream());
    buffers.add(made);
    return made;
  }
}
