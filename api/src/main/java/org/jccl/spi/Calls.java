package org.jccl.spi;

import org.jccl.Collectives;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One row of the operation table as a call: a method of {@link Collectives}, or a C function. With
 * {@link Collectives} and {@link NcclAbi} themselves, the only place that lists the operations.
 */
public final class Calls {
  private Calls() {}

  /**
   * Initialises this class, for callers that must initialise none later: while a native group is
   * open, there is nothing but NCCL's calls.
   */
  public static void prepare() {
    switch (Operation.SEND) { // makes the table that is behind all switches of this class
      default -> {}
    }
  }

  /** Makes the call on the default stream. */
  public static void issue(
      Collectives on,
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int rootOrPeer) {
    issue(on, operation, send, recv, op, rootOrPeer, on.defaultStream());
  }

  /**
   * Makes the call. What the operation does not take is ignored; what it needs and does not get is
   * refused by the method itself.
   *
   * @param send what to send from, or null
   * @param recv where to receive, or null
   * @param op the reduction, or null
   * @param rootOrPeer the root, the peer, or 0
   */
  @SuppressWarnings("NullAway") // Which of them may be null is the operation table's knowledge.
  public static void issue(
      Collectives on,
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int rootOrPeer,
      Stream stream) {
    switch (operation) {
      case ALL_REDUCE -> on.allReduce(send, recv, op, stream);
      case BROADCAST -> on.broadcast(send, recv, rootOrPeer, stream);
      case REDUCE -> on.reduce(send, recv, op, rootOrPeer, stream);
      case ALL_GATHER -> on.allGather(send, recv, stream);
      case REDUCE_SCATTER -> on.reduceScatter(send, recv, op, stream);
      case ALL_TO_ALL -> on.allToAll(send, recv, stream);
      case GATHER -> on.gather(send, recv, rootOrPeer, stream);
      case SCATTER -> on.scatter(send, recv, rootOrPeer, stream);
      case SEND -> on.send(send, rootOrPeer, stream);
      case RECV -> on.recv(recv, rootOrPeer, stream);
    }
  }

  /**
   * Makes the call with a length for each rank's block.
   *
   * @param blocks their lengths; of an all-to-all those of what is sent
   * @param received the lengths of what an all-to-all receives
   * @throws IllegalArgumentException if the operation has no such form
   */
  @SuppressWarnings("NullAway") // Which of them may be null is the operation table's knowledge.
  public static void issueUneven(
      Collectives on,
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      long[] blocks,
      long[] received,
      @Nullable ReduceOp op,
      int root,
      Stream stream) {
    switch (operation) {
      case ALL_GATHER -> on.allGatherV(send, recv, blocks, stream);
      case REDUCE_SCATTER -> on.reduceScatterV(send, recv, blocks, op, stream);
      case ALL_TO_ALL -> on.allToAllV(send, blocks, recv, received, stream);
      case GATHER -> on.gatherV(send, recv, blocks, root, stream);
      case SCATTER -> on.scatterV(send, recv, blocks, root, stream);
      case ALL_REDUCE, BROADCAST, REDUCE, SEND, RECV ->
          throw new IllegalArgumentException(operation + " has no blocks");
    }
  }

  /** Makes the call by its C function; see {@link NcclAbi#issue}. */
  static int issue(
      NcclAbi abi,
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      long comm,
      long stream) {
    return switch (operation) {
      case ALL_REDUCE -> abi.allReduce(send, recv, count, type, reduction, comm, stream);
      case BROADCAST -> abi.broadcast(send, recv, count, type, rootOrPeer, comm, stream);
      case REDUCE -> abi.reduce(send, recv, count, type, reduction, rootOrPeer, comm, stream);
      case ALL_GATHER -> abi.allGather(send, recv, count, type, comm, stream);
      case REDUCE_SCATTER -> abi.reduceScatter(send, recv, count, type, reduction, comm, stream);
      case ALL_TO_ALL -> abi.allToAll(send, recv, count, type, comm, stream);
      case GATHER -> abi.gather(send, recv, count, type, rootOrPeer, comm, stream);
      case SCATTER -> abi.scatter(send, recv, count, type, rootOrPeer, comm, stream);
      case SEND -> abi.send(send, count, type, rootOrPeer, comm, stream);
      case RECV -> abi.recv(recv, count, type, rootOrPeer, comm, stream);
    };
  }
}
