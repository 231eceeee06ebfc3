package org.jccl.sim.comm.match;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.call.CustomReduction;
import org.jccl.sim.comm.call.PlannedCall;
import org.jccl.sim.comm.call.PlannedCall.ByChannels;
import org.jccl.sim.comm.call.PlannedCall.BySymmetricKernel;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.plan.Planner;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.math.Arithmetic;
import org.jccl.sim.math.DataPlane;
import org.jccl.sim.math.FoldOrder;
import org.jccl.sim.math.Places;
import org.jccl.sim.math.ReducePlan;
import org.jspecify.annotations.Nullable;

/**
 * Carries out one operation whose parts have all arrived: chooses, from the operation table, which
 * buffers the data plane reads, folds and writes.
 */
public final class DataMovement {
  private final Simulation simulation;
  private final Planner planning;
  private final DataPlane plane;

  /** Reused, since steps run one at a time. */
  private final Places sources;

  private final Places targets;

  /** Carries out what {@code planning} has planned for {@code comm}. */
  public DataMovement(SharedComm comm, Planner planning, DataPlane plane) {
    this.simulation = comm.simulation();
    this.planning = planning;
    this.plane = plane;
    this.sources = new Places(comm.worldSize());
    this.targets = new Places(comm.worldSize());
  }

  /** Runs a collective; the virtual time at which it ends. */
  long collective(@Nullable LaunchedCall[] parts) {
    LaunchedCall first = LaunchedCall.present(parts[0]);
    Operation operation = first.request.operation();
    long count = first.request.count();
    int n = parts.length;
    int root = operation.hasRoot() ? first.request.rootOrPeer() : -1;
    move(operation, parts, count, root);
    long start = 0;
    for (LaunchedCall part : parts) {
      start = Math.max(start, LaunchedCall.present(part).launch.startTime());
    }
    return start + nanos(first, n);
  }

  private long nanos(LaunchedCall first, int n) {
    if (first.carried != null) {
      return first.carried.nanos();
    }
    Request request = first.request;
    return simulation
        .cost()
        .operation(request.operation(), request.count(), n, request.type().bytes());
  }

  private void move(Operation operation, @Nullable LaunchedCall[] parts, long count, int root) {
    DataType type = LaunchedCall.present(parts[0]).request.type();
    long bytes = count * type.bytes();
    for (LaunchedCall each : parts) {
      LaunchedCall part = LaunchedCall.present(each);
      if (operation.sendsAt(part.rank(), root)) {
        sources.add(LaunchedCall.needed(part.send), 0);
      }
      if (operation.receivesAt(part.rank(), root)) {
        targets.add(LaunchedCall.needed(part.recv), 0);
      }
    }
    try {
      if (operation.reduces()) {
        LaunchedCall first = LaunchedCall.present(parts[0]);
        FoldOrder order = planning.order(first.request, carried(first));
        ReducePlan plan = plan(parts, type, carried(first));
        if (operation.sendsBlocks()) {
          plane.reduceScatter(sources, plan, order, count, targets);
        } else {
          plane.reduce(sources, plan, order, count, targets);
        }
      } else if (operation.sendsBlocks()) {
        plane.transpose(sources, bytes, targets);
      } else {
        plane.gather(sources, bytes, targets);
      }
    } finally {
      sources.clear();
      targets.clear();
    }
  }

  private static PlannedCall carried(LaunchedCall part) {
    if (part.carried == null) {
      throw new IllegalStateException(part.call + " was never planned");
    }
    return part.carried;
  }

  /** What is computed, rounded as the kernels that carry it out do (FMA-01 to FMA-05). */
  private ReducePlan plan(@Nullable LaunchedCall[] parts, DataType type, PlannedCall carried) {
    return switch (carried) {
      case ByChannels own ->
          plan(parts, type).computedBy(own.choice().protocol(), planning.contraction());
      case BySymmetricKernel own ->
          own.isAverage()
              ? ReducePlan.symmetricAverage(type, parts.length)
              : ReducePlan.symmetric(type);
    };
  }

  private static ReducePlan plan(@Nullable LaunchedCall[] parts, DataType type) {
    int reduction = LaunchedCall.present(parts[0]).call.reduction();
    if (reduction == Call.PRE_MUL_SUM) {
      long[] scalars = new long[parts.length];
      for (LaunchedCall part : parts) {
        CustomReduction scale = LaunchedCall.present(part).request.scale();
        scalars[LaunchedCall.present(part).rank()] = scale == null ? 0 : scale.read();
      }
      return ReducePlan.preMulSum(type, scalars);
    }
    return switch (Builtin.ofCode(reduction)) {
      case SUM -> ReducePlan.of(Arithmetic.SUM, type);
      case PROD -> ReducePlan.of(Arithmetic.PROD, type);
      case MAX -> ReducePlan.of(Arithmetic.MAX, type);
      case MIN -> ReducePlan.of(Arithmetic.MIN, type);
      case AVG -> ReducePlan.average(type, parts.length);
    };
  }

  /** Runs one message; the virtual time at which it ends. */
  long message(LaunchedCall send, LaunchedCall receive, long bytes) {
    if (bytes > 0) {
      MemorySegment from = LaunchedCall.needed(send.send);
      MemorySegment to = LaunchedCall.needed(receive.recv);
      plane.copy(from, 0, to, 0, bytes);
    }
    long start = Math.max(send.launch.startTime(), receive.launch.startTime());
    return start + simulation.cost().operation(Operation.SEND, bytes, 2, 1);
  }
}
