package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jccl.CollectiveException;
import org.jccl.GroupScope;
import org.jccl.ResultCode;
import org.jccl.ops.NcclFunction;

/**
 * How long a group would take, by NCCL's simulate-end (rules GRP-27 to GRP-32). Always with its
 * struct and never with nonblocking communicators: both would issue the group (GRP-28, GRP-29).
 */
final class Estimate {
  private static final int MAGIC = 0x74685283;
  private static final long BYTES = 24;
  private static final long MAGIC_OFFSET = 8;
  private static final long VERSION_OFFSET = 12;
  private static final long TIME_OFFSET = 16;

  /** What NCCL leaves there if nothing was estimated (rule GRP-31). */
  private static final float NOTHING = -1;

  private final MemorySegment info = Arena.ofAuto().allocate(BYTES, JAVA_LONG.byteAlignment());

  private Estimate(int version) {
    info.set(JAVA_LONG, 0, BYTES);
    info.set(JAVA_INT, MAGIC_OFFSET, MAGIC);
    info.set(JAVA_INT, VERSION_OFFSET, version);
    info.set(JAVA_FLOAT, TIME_OFFSET, NOTHING);
  }

  /**
   * {@return microseconds that what {@code body} records would take; empty if the library estimated
   * nothing}
   *
   * @param backend the backend
   * @param version of the library that the backend has
   * @param body what is run
   * @param issue what issues the calls
   */
  static OptionalDouble of(GroupRecording.Issuer backend, int version, Consumer<GroupScope> body) {
    if (!NcclFunction.GROUP_SIMULATE_END.isIn(version)) {
      throw NcclFunction.GROUP_SIMULATE_END.missingIn(version);
    }
    Estimate estimate = new Estimate(version);
    Groups.simulate(
        backend,
        body,
        calls -> {
          requireBlocking(calls);
          GroupIssue.issue(calls, estimate.info);
        });
    float time = estimate.info.get(JAVA_FLOAT, TIME_OFFSET);
    return time == NOTHING ? OptionalDouble.empty() : OptionalDouble.of(time);
  }

  private static void requireBlocking(GroupRecording calls) {
    for (int i = 0; i < calls.size(); i++) {
      if (calls.communicator(i) instanceof LibraryCommunicator each && each.isNonblocking()) {
        throw new CollectiveException(
            ResultCode.INVALID_USAGE,
            each.who()
                + " is nonblocking: NCCL would issue the group instead of estimating it (GRP-29)");
      }
    }
  }
}
