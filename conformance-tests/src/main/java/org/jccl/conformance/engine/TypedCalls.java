package org.jccl.conformance.engine;

import org.jccl.Collectives;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

@SuppressWarnings("NullAway")
final class TypedCalls {
  private TypedCalls() {}

  static void issue(
      Collectives on,
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int root,
      Stream stream) {
    switch (operation) {
      case ALL_REDUCE -> on.allReduce(send, recv, op, stream);
      case BROADCAST -> on.broadcast(send, recv, root, stream);
      case REDUCE -> on.reduce(send, recv, op, root, stream);
      case ALL_GATHER -> on.allGather(send, recv, stream);
      case REDUCE_SCATTER -> on.reduceScatter(send, recv, op, stream);
      case ALL_TO_ALL -> on.allToAll(send, recv, stream);
      case GATHER -> on.gather(send, recv, root, stream);
      case SCATTER -> on.scatter(send, recv, root, stream);
      case SEND -> on.send(send, root, stream);
      case RECV -> on.recv(recv, root, stream);
    }
  }

  static void issueUneven(
      Collectives on,
      Operation operation,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      long[] blocks,
      @Nullable ReduceOp op,
      int root,
      Stream stream) {
    switch (operation) {
      case ALL_GATHER -> on.allGatherV(send, recv, blocks, stream);
      case REDUCE_SCATTER -> on.reduceScatterV(send, recv, blocks, op, stream);
      case GATHER -> on.gatherV(send, recv, blocks, root, stream);
      case SCATTER -> on.scatterV(send, recv, blocks, root, stream);
      default -> throw new IllegalArgumentException(operation + " has no uneven form");
    }
  }

  static int issue(
      NcclAbi abi,
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int op,
      int root,
      long comm,
      long stream) {
    return switch (operation) {
      case ALL_REDUCE -> abi.allReduce(send, recv, count, type, op, comm, stream);
      case BROADCAST -> abi.broadcast(send, recv, count, type, root, comm, stream);
      case REDUCE -> abi.reduce(send, recv, count, type, op, root, comm, stream);
      case ALL_GATHER -> abi.allGather(send, recv, count, type, comm, stream);
      case REDUCE_SCATTER -> abi.reduceScatter(send, recv, count, type, op, comm, stream);
      case ALL_TO_ALL -> abi.allToAll(send, recv, count, type, comm, stream);
      case GATHER -> abi.gather(send, recv, count, type, root, comm, stream);
      case SCATTER -> abi.scatter(send, recv, count, type, root, comm, stream);
      case SEND -> abi.send(send, count, type, root, comm, stream);
      case RECV -> abi.recv(recv, count, type, root, comm, stream);
    };
  }
}
