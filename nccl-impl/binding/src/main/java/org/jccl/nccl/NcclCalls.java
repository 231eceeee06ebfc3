package org.jccl.nccl;

import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.nccl.ffi.NcclBinding;
import org.jccl.ops.Operation;

/**
 * What a library older than 2.28.3 lacks, all-to-all, gather and scatter, as newer ones carry it
 * out inside (P2P-15): a group of sends and receives, the own block included (P2P-05).
 */
final class NcclCalls {
  private NcclCalls() {}

  /** Makes the messages of one call; {@code comm} and {@code stream} are native handles. */
  static int exchange(
      NcclBinding nccl,
      NcclCommunicator owner,
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream) {
    if (count == 0) {
      return 0; // As the real call (COL-02); an empty message would still have to be matched.
    }
    long block = count * DataType.ofCode(type).bytes();
    long sendStep = operation.sendsBlocks() ? block : 0;
    long recvStep = operation.receivesBlocks() ? block : 0;
    boolean sends = operation.sendsAt(owner.rank(), root);
    boolean receives = operation.receivesAt(owner.rank(), root);
    int code = nccl.groupStart();
    for (int peer = 0; peer < owner.worldSize(); peer++) {
      if (good(code) && sends && operation.receivesAt(peer, root)) {
        code = nccl.send(send + peer * sendStep, count, type, peer, comm, stream);
      }
      if (good(code) && receives && operation.sendsAt(peer, root)) {
        code = nccl.recv(recv + peer * recvStep, count, type, peer, comm, stream);
      }
    }
    return firstFailure(code, nccl.groupEnd());
  }

  /** A call's own code says more than the end of the group that it has spoilt (GRP-11). */
  private static int firstFailure(int call, int end) {
    return good(call) ? end : call;
  }

  /** Success, or a nonblocking call that goes on. */
  static boolean good(int code) {
    return code == 0 || code == ResultCode.IN_PROGRESS.code();
  }
}
