package org.jccl.sim.comm;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.Carried.ByChannels;
import org.jccl.sim.comm.Carried.BySymmetricKernel;
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
final class Execution {
  private Execution() {}

  /** Runs a collective; the virtual time at which it ends. */
  static long collective(Clique clique, @Nullable Part[] parts) {
    Part first = present(parts[0]);
    Operation operation = first.request.operation();
    long count = first.request.count();
    int n = parts.length;
    int root = operation.hasRoot() ? first.request.rootOrPeer() : -1;
    move(clique, operation, parts, count, root);
    long start = 0;
    for (Part part : parts) {
      start = Math.max(start, present(part).launch.startTime());
    }
    return start + nanos(clique, first, n);
  }

  private static long nanos(Clique clique, Part first, int n) {
    if (first.carried != null) {
      return first.carried.nanos();
    }
    Request request = first.request;
    return clique
        .world()
        .cost()
        .operation(request.operation(), request.count(), n, request.type().bytes());
  }

  private static void move(
      Clique clique, Operation operation, @Nullable Part[] parts, long count, int root) {
    DataPlane plane = clique.dataPlane();
    DataType type = present(parts[0]).request.type();
    long bytes = count * type.bytes();
    Places sources = clique.sources();
    Places targets = clique.targets();
    for (Part each : parts) {
      Part part = present(each);
      if (operation.sendsAt(part.rank(), root)) {
        sources.add(Part.needed(part.send), 0);
      }
      if (operation.receivesAt(part.rank(), root)) {
        targets.add(Part.needed(part.recv), 0);
      }
    }
    try {
      if (operation.reduces()) {
        Part first = present(parts[0]);
        FoldOrder order = clique.planning().order(first.request, carried(first));
        ReducePlan plan = plan(clique, parts, type);
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

  private static Carried carried(Part part) {
    if (part.carried == null) {
      throw new IllegalStateException(part.call + " was never planned");
    }
    return part.carried;
  }

  /** What is computed, rounded as the kernels that carry it out do (FMA-01 to FMA-05). */
  private static ReducePlan plan(Clique clique, @Nullable Part[] parts, DataType type) {
    return switch (carried(present(parts[0]))) {
      case ByChannels own ->
          plan(parts, type).computedBy(own.choice().protocol(), clique.planning().contraction());
      case BySymmetricKernel own ->
          own.isAverage()
              ? ReducePlan.symmetricAverage(type, parts.length)
              : ReducePlan.symmetric(type);
    };
  }

  private static ReducePlan plan(@Nullable Part[] parts, DataType type) {
    int reduction = present(parts[0]).call.reduction();
    if (reduction == Call.PRE_MUL_SUM) {
      long[] scalars = new long[parts.length];
      for (Part part : parts) {
        Scale scale = present(part).request.scale();
        scalars[present(part).rank()] = scale == null ? 0 : scale.read();
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
  static long message(Clique clique, Part send, Part receive, long bytes) {
    if (bytes > 0) {
      MemorySegment from = Part.needed(send.send);
      MemorySegment to = Part.needed(receive.recv);
      clique.dataPlane().copy(from, 0, to, 0, bytes);
    }
    long start = Math.max(send.launch.startTime(), receive.launch.startTime());
    return start + clique.world().cost().operation(Operation.SEND, bytes, 2, 1);
  }

  static Part present(@Nullable Part part) {
    if (part == null) {
      throw new IllegalStateException("an operation ran before all its ranks had arrived");
    }
    return part;
  }
}
