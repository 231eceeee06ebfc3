package org.jccl.sim.comm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.jccl.ops.Operation;
import org.jccl.sim.device.World;

/** The estimate that a simulated group end makes, in NCCL's struct {@code ncclSimInfo_t}. */
public final class Estimate {
  private static final int MAGIC = 0x74685283;
  private static final int MAGIC_OFFSET = 8;
  private static final int TIME_OFFSET = 16;
  private static final double NANOS_PER_MICRO = 1e3;

  private final World world;
  private final MemorySegment info;

  /** An estimate to be written to {@code info}. */
  public Estimate(World world, MemorySegment info) {
    this.world = world;
    this.info = info;
  }

  /** The struct's own size: a caller of an older version has a smaller one. */
  private long size() {
    return Math.min(info.get(JAVA_LONG_UNALIGNED, 0), info.byteSize());
  }

  /** Whether it carries the marker of its initializer (rule GRP-27). */
  boolean isInitialised() {
    return size() >= MAGIC_OFFSET + Integer.BYTES
        && info.get(JAVA_INT_UNALIGNED, MAGIC_OFFSET) == MAGIC;
  }

  /** One operation of the group: the estimate is that of the last collective (rule GRP-31). */
  void add(Endpoint endpoint, Request request) {
    boolean estimated =
        isEstimated(request.operation()) && request.count() > 0 && endpoint.worldSize() > 1;
    if (estimated && size() >= TIME_OFFSET + Float.BYTES) {
      long nanos =
          world
              .cost()
              .operation(
                  request.operation(),
                  request.count(),
                  endpoint.worldSize(),
                  request.type().bytes());
      info.set(JAVA_FLOAT_UNALIGNED, TIME_OFFSET, (float) (nanos / NANOS_PER_MICRO));
    }
  }

  /** Messages are not estimated, nor are the collectives that NCCL makes of them. */
  private static boolean isEstimated(Operation operation) {
    return switch (operation) {
      case ALL_REDUCE, BROADCAST, REDUCE, ALL_GATHER, REDUCE_SCATTER -> true;
      default -> false;
    };
  }
}
