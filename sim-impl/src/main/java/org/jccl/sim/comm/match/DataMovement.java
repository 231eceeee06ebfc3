package org.jccl.sim.comm.match;

import java.lang.foreign.MemorySegment;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.call.PlannedCall.BySymmetricKernel;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.match.Reductions.Computed;
import org.jccl.sim.comm.plan.Planner;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.math.DataPlane;
import org.jccl.sim.math.Places;
import org.jspecify.annotations.Nullable;

/**
 * Carries out one operation whose parts have all arrived: chooses, from the operation table, which
 * buffers the data plane reads, folds and writes.
 */
public final class DataMovement {
  private final Simulation simulation;
  private final Reductions reductions;
  private final DataPlane plane;

  /** Reused, since steps run one at a time. */
  private final Places sources;

  private final Places targets;
  private @Nullable Computed last;

  /** Carries out what {@code planning} has planned for {@code comm}. */
  public DataMovement(SharedComm comm, Planner planning, DataPlane plane) {
    this.simulation = comm.simulation();
    this.reductions = new Reductions(planning);
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
    OneRankTail left = n == 1 ? OneRankTail.of(simulation.defects(), first) : null;
    MisplacedParts misplaced = misplaced(parts, first);
    move(operation, parts, count, root);
    if (misplaced != null) {
      misplaced.misplace(plane, operation.reduces() ? computed(parts, 0).plan() : null);
    }
    if (left != null) {
      left.restore();
    }
    long start = 0;
    for (LaunchedCall part : parts) {
      start = Math.max(start, LaunchedCall.present(part).launch.startTime());
    }
    return start + nanos(first, n);
  }

  /** Those parts that a known defect puts into wrong places (VER-11); null if there are none. */
  private @Nullable MisplacedParts misplaced(@Nullable LaunchedCall[] parts, LaunchedCall first) {
    if (!(first.carried instanceof BySymmetricKernel carried)
        || !simulation.defects().misplacesParts()
        || !MisplacedParts.mayShow(carried.split())) {
      return null;
    }
    MemorySegment[] from = new MemorySegment[parts.length];
    MemorySegment[] to = new MemorySegment[parts.length];
    long[] addresses = new long[parts.length];
    for (LaunchedCall each : parts) {
      LaunchedCall part = LaunchedCall.present(each);
      from[part.rank] = LaunchedCall.needed(part.send);
      to[part.rank] = LaunchedCall.needed(part.recv);
      addresses[part.rank] = part.request.send() | part.request.recv();
    }
    int size = first.request.type().bytes();
    return new MisplacedParts(carried.split(), blockBytes(parts), size, from, to, addresses);
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
    for (LaunchedCall each : parts) {
      LaunchedCall part = LaunchedCall.present(each);
      if (operation.sendsAt(part.rank(), root)) {
        EagerSend eager = part.eager;
        sources.add(eager == null ? LaunchedCall.needed(part.send) : eager.data(), 0);
      }
      if (part.eager == null && operation.receivesAt(part.rank(), root)) {
        targets.add(LaunchedCall.needed(part.recv), 0);
      }
    }
    try {
      if (operation.reduces()) {
        Computed known = computed(parts, Math.max(root, 0));
        if (operation.sendsBlocks()) {
          plane.reduceScatter(sources, known.plan(), known.order(), count, targets);
        } else {
          plane.reduce(sources, known.plan(), known.order(), count, targets);
        }
      } else if (operation.sendsBlocks()) {
        plane.transpose(sources, blockBytes(parts), targets);
      } else {
        plane.gather(sources, blockBytes(parts), targets);
      }
    } finally {
      sources.clear();
      targets.clear();
    }
  }

  private static long blockBytes(@Nullable LaunchedCall[] parts) {
    Request request = LaunchedCall.present(parts[0]).request;
    return request.count() * request.type().bytes();
  }

  /** What a collective computes; the same as the last one where a program repeats itself. */
  private Computed computed(@Nullable LaunchedCall[] parts, int root) {
    LaunchedCall first = LaunchedCall.present(parts[0]);
    Computed known = last;
    if (known == null
        || known.carried() != first.carried
        || known.root() != root
        || known.reduction() != first.call.reduction()
        || known.reduction() == Call.PRE_MUL_SUM) {
      known = reductions.of(parts, first, root);
      last = known;
    }
    return known;
  }

  /** Runs one message; the virtual time at which it ends. */
  long message(LaunchedCall send, LaunchedCall receive, long bytes) {
    EagerSend eager = send.eager;
    if (bytes > 0) {
      MemorySegment from = eager == null ? LaunchedCall.needed(send.send) : eager.data();
      MemorySegment to = LaunchedCall.needed(receive.recv);
      plane.copy(from, 0, to, 0, bytes);
    }
    if (eager != null) {
      return Math.max(eager.end(), receive.launch.startTime() + nanos(bytes));
    }
    long start = Math.max(send.launch.startTime(), receive.launch.startTime());
    return start + nanos(bytes);
  }

  /** How long a message takes. */
  long nanos(long bytes) {
    return simulation.cost().operation(Operation.SEND, bytes, 2, 1);
  }
}
