package org.jccl.spi;

import org.jccl.Collectives;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A row of the operation table as a call of the method of {@link Collectives} that it stands for;
 * {@link NcclAbi#issue} is the same for the C functions.
 */
public final class Calls {
  private Calls() {}

  /**
   * Makes the call on the default stream.
   *
   * @param on what issues the call
   * @param operation the operation
   * @param send where elements come from
   * @param recv where elements arrive
   * @param op how elements are combined
   * @param rootOrPeer rank of the root or the peer; 0 if there is none
   */
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
   * @param on what issues the call
   * @param operation the operation
   * @param send what to send from, or null
   * @param recv where to receive, or null
   * @param op the reduction, or null
   * @param rootOrPeer the root, the peer, or 0
   * @param stream the stream on which the work is enqueued
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
   * @param on what issues the call
   * @param operation the operation
   * @param send where elements come from
   * @param recv where elements arrive
   * @param blocks their lengths; of an all-to-all those of what is sent
   * @param received the lengths of what an all-to-all receives
   * @param op how elements are combined
   * @param root rank of the root
   * @param stream the stream on which the work is enqueued
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
}
