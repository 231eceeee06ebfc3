package org.jccl.sim.abi;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jccl.sim.algo.Choice;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Endpoint;

/** The estimate that a simulated group end makes, in NCCL's struct {@code ncclSimInfo_t}. */
public final class SimInfo {
  private static final int MAGIC = 0x74685283;
  private static final int MAGIC_OFFSET = 8;
  private static final int TIME_OFFSET = 16;

  private final MemorySegment info;

  /** An estimate to be written to {@code info}. */
  public SimInfo(MemorySegment info) {
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

  /** What one rank's calls are estimated: that of the last decision counts (rule GRP-31). */
  void add(CommLifecycle life, List<Request> requests) {
    Endpoint endpoint = life.operations();
    Choice last = endpoint.shared().planning().plan(endpoint.registrations(), requests).last();
    if (last != null && endpoint.member().worldSize() > 1 && size() >= TIME_OFFSET + Float.BYTES) {
      info.set(JAVA_FLOAT_UNALIGNED, TIME_OFFSET, last.micros());
    }
  }
}
