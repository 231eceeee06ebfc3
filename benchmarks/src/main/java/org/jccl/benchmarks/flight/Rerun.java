package org.jccl.benchmarks.flight;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
  private final RecordedCalls calls;

  private Rerun(RecordedCalls calls) {
    this.calls = calls;
  }

  /** What the simulator says; empty if it finds nothing, or why it cannot say anything. */
  static String verdict(Meeting meeting) {
    RecordedCalls calls = RecordedCalls.of(meeting);
    String obstacle = calls.obstacle();
    return obstacle.isEmpty()
        ? new Rerun(calls).run()
        : "not made again on the simulator: " + obstacle;
  }

  private String run() {
    int worldSize = calls.worldSize();
    try (Simulator simulator =
        Simulator.builder().devices(worldSize).warnings(line -> {}).build()) {
      CommunicatorConfig config =
          CommunicatorConfig.builder().name("recorded").warmUp(false).build();
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
    return (report == null ? "" : report)
        .lines()
        .filter(line -> !line.contains(Rerun.class.getName()) && !line.contains("replay: "))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private void rank(Rank rank) {
    Communicator comm = rank.communicator();
    List<DeviceBuffer> buffers = new ArrayList<>();
    try {
      for (List<Flight.Entry> group : calls.groups(rank.rank())) {
        if (group.size() > 1) {
          comm.group(inside -> group.forEach(each -> issue(comm, inside, each, buffers)));
        } else {
          group.forEach(each -> issue(comm, comm, each, buffers));
        }
      }
      comm.defaultStream().synchronize();
    } finally {
      buffers.forEach(DeviceBuffer::close);
    }
  }

  private static void issue(
      Communicator comm, Collectives on, Flight.Entry call, List<DeviceBuffer> buffers) {
    Operation operation = Objects.requireNonNull(RecordedCalls.operation(call));
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
    Calls.issue(on, operation, send, recv, reduction(call), root);
  }

  /** A custom reduction is a handle of its process, and torch records none: a sum stands for it. */
  static ReduceOp.Builtin reduction(Flight.Entry call) {
    return ReduceOp.Builtin.isCode(call.reduction())
        ? ReduceOp.Builtin.ofCode(call.reduction())
        : ReduceOp.Builtin.SUM;
  }

  private static DeviceBuffer buffer(
      Communicator comm, Flight.Entry call, long elements, List<DeviceBuffer> buffers) {
    DataType type = Objects.requireNonNull(RecordedCalls.type(call));
    DeviceBuffer made = comm.device().allocate(type, elements);
    made.fill((byte) 0, comm.defaultStream());
    buffers.add(made);
    return made;
  }
}
