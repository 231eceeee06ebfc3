package org.jccl.nccl;

import org.jccl.DataType;
import org.jccl.ResultCode;
import org.jccl.nccl.ffi.NcclBinding;
import org.jccl.ops.Operation;
import org.jccl.spi.NcclFunction;

/**
 * One row of the operation table as NCCL's call. A library older than 2.28.3 has no all-to-all,
 * gather and scatter; there they are what newer ones make of them inside (P2P-15): a group of sends
 * and receives, the own block included (P2P-05).
 */
final class NcclCalls {
  private NcclCalls() {}

  /**
   * Whether {@code operation} exists as one call in the library. Asking also readies the switch of
   * {@link #issue}, so that no class is initialised while a native group is open.
   */
  static boolean isNative(NcclBinding nccl, Operation operation) {
    return switch (operation) {
      case ALL_TO_ALL, GATHER, SCATTER -> NcclFunction.ALL_TO_ALL.isIn(nccl.library().version());
      default -> true;
    };
  }

  /** Makes one call; {@code comm} and {@code stream} are native handles. */
  static int issue(
      NcclBinding nccl,
      NcclCommunicator owner,
      long comm,
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      long stream) {
    return switch (operation) {
      case ALL_REDUCE -> nccl.allReduce(send, recv, count, type, reduction, comm, stream);
      case BROADCAST -> nccl.broadcast(send, recv, count, type, rootOrPeer, comm, stream);
      case REDUCE -> nccl.reduce(send, recv, count, type, reduction, rootOrPeer, comm, stream);
      case ALL_GATHER -> nccl.allGather(send, recv, count, type, comm, stream);
      case REDUCE_SCATTER -> nccl.reduceScatter(send, recv, count, type, reduction, comm, stream);
      case ALL_TO_ALL ->
          owner.hasNativeAllToAll()
              ? nccl.allToAll(send, recv, count, type, comm, stream)
              : exchange(nccl, owner, comm, send, recv, count, type, stream);
      case GATHER ->
          owner.hasNativeAllToAll()
              ? nccl.gather(send, recv, count, type, rootOrPeer, comm, stream)
              : collect(nccl, owner, comm, send, recv, count, type, rootOrPeer, stream);
      case SCATTER ->
          owner.hasNativeAllToAll()
              ? nccl.scatter(send, recv, count, type, rootOrPeer, comm, stream)
              : spread(nccl, owner, comm, send, recv, count, type, rootOrPeer, stream);
      case SEND -> nccl.send(send, count, type, rootOrPeer, comm, stream);
      case RECV -> nccl.recv(recv, count, type, rootOrPeer, comm, stream);
    };
  }

  private static int exchange(
      NcclBinding nccl,
      NcclCommunicator owner,
      long comm,
      long send,
      long recv,
      long count,
      int type,
      long stream) {
    if (count == 0) {
      return 0; // As the real call (COL-02); an empty message would still have to be matched.
    }
    long block = count * DataType.ofCode(type).bytes();
    int code = nccl.groupStart();
    for (int peer = 0; good(code) && peer < owner.worldSize(); peer++) {
      code = nccl.send(send + peer * block, count, type, peer, comm, stream);
      if (good(code)) {
        code = nccl.recv(recv + peer * block, count, type, peer, comm, stream);
      }
    }
    return firstFailure(code, nccl.groupEnd());
  }

  private static int collect(
      NcclBinding nccl,
      NcclCommunicator owner,
      long comm,
      long send,
      long recv,
      long count,
      int type,
      int root,
      long stream) {
    if (count == 0) {
      return 0;
    }
    long block = count * DataType.ofCode(type).bytes();
    int code = nccl.groupStart();
    if (good(code)) {
      code = nccl.send(send, count, type, root, comm, stream);
    }
    for (int peer = 0; good(code) && owner.rank() == root && peer < owner.worldSize(); peer++) {
      code = nccl.recv(recv + peer * block, count, type, peer, comm, stream);
    }
    return firstFailure(code, nccl.groupEnd());
  }

  private static int spread(
      NcclBinding nccl,
      NcclCommunicator owner,
      long comm,
      long send,
      long recv,
      long count,
      int type,
      int root,
      long stream) {
    if (count == 0) {
      return 0;
    }
    long block = count * DataType.ofCode(type).bytes();
    int code = nccl.groupStart();
    for (int peer = 0; good(code) && owner.rank() == root && peer < owner.worldSize(); peer++) {
      code = nccl.send(send + peer * block, count, type, peer, comm, stream);
    }
    if (good(code)) {
      code = nccl.recv(recv, count, type, root, comm, stream);
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
