package org.jccl.sim.abi;

import org.jccl.DataType;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Operation;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Endpoint;
import org.jccl.sim.device.SimStream;
import org.jspecify.annotations.Nullable;

/**
 * Where a fault has struck: what operations that were refused would have written. A program that
 * goes on with that has stale data.
 */
final class RefusedOutputs {
  private RefusedOutputs() {}

  /**
   * The call is refused: its output is what it was before.
   *
   * @param stream where it should have gone
   */
  static void note(CommLifecycle life, CallArguments call, @Nullable SimStream stream) {
    Endpoint own = endpoint(life);
    if (own == null || stream == null || !receives(own.member(), call)) {
      return;
    }
    Operation operation = call.operation();
    boolean isInput = call.send() == call.recv();
    if (isInput && operation.dataFlow() == Operation.DataFlow.ROOT_TO_ALL) {
      if (call.rootOrPeer() == own.member().rank()) {
        return; // the root has its own data already
      }
      isInput = false;
    }
    CommMember member = own.member();
    member
        .device()
        .memory()
        .refused(
            stream,
            call.recv(),
            bytes(member, call),
            operation.label() + " was refused at " + CallSite.current(),
            isInput ? operation : null);
  }

  private static @Nullable Endpoint endpoint(CommLifecycle life) {
    return life.simulation().findings().faults().hasStruck() ? life.endpoint() : null;
  }

  private static boolean receives(CommMember member, CallArguments call) {
    return call.operation().receivesAt(member.rank(), call.rootOrPeer())
        && DataType.isCode(call.type())
        && call.count() > 0;
  }

  private static long bytes(CommMember member, CallArguments call) {
    return call.operation().receiveElements(call.count(), member.worldSize())
        * DataType.ofCode(call.type()).bytes();
  }
}
