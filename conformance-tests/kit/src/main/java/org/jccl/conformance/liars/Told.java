package org.jccl.conformance.liars;

import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.ArgumentRules;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/** One call as a liar was told to make it. */
record Told(
    Communicator by,
    Operation operation,
    @Nullable DeviceBuffer send,
    @Nullable DeviceBuffer recv,
    @Nullable ReduceOp op,
    int rootOrPeer,
    Stream stream) {
  Told withSend(@Nullable DeviceBuffer other) {
    return new Told(by, operation, other, recv, op, rootOrPeer, stream);
  }

  Told withRecv(@Nullable DeviceBuffer other) {
    return new Told(by, operation, send, other, op, rootOrPeer, stream);
  }

  Told withOp(ReduceOp other) {
    return new Told(by, operation, send, recv, other, rootOrPeer, stream);
  }

  Told withRoot(int other) {
    return new Told(by, operation, send, recv, op, other, stream);
  }

  Told withStream(Stream other) {
    return new Told(by, operation, send, recv, op, rootOrPeer, other);
  }

  int rank() {
    return by.rank();
  }

  int worldSize() {
    return by.worldSize();
  }

  boolean isLastRank() {
    return rank() == worldSize() - 1;
  }

  long count() {
    return ArgumentRules.count(operation, send, recv, worldSize());
  }

  DataType type() {
    DataType type = ArgumentRules.type(send, recv);
    return type == null ? DataType.INT8 : type;
  }

  /** The receive buffer, if this rank receives anything. */
  @Nullable DeviceBuffer received() {
    int root = operation.hasRoot() ? rootOrPeer : -1;
    return operation.receivesAt(rank(), root) && count() > 0 ? recv : null;
  }

  boolean isInPlace() {
    return send != null && recv != null && send.address() == recv.address();
  }

  /** Makes the call as it is written here. */
  @SuppressWarnings("NullAway") // Which of them may be null is the operation table's knowledge.
  void make(Collectives to) {
    switch (operation) {
      case ALL_REDUCE -> to.allReduce(send, recv, op, stream);
      case BROADCAST -> to.broadcast(send, recv, rootOrPeer, stream);
      case REDUCE -> to.reduce(send, recv, op, rootOrPeer, stream);
      case ALL_GATHER -> to.allGather(send, recv, stream);
      case REDUCE_SCATTER -> to.reduceScatter(send, recv, op, stream);
      case ALL_TO_ALL -> to.allToAll(send, recv, stream);
      case GATHER -> to.gather(send, recv, rootOrPeer, stream);
      case SCATTER -> to.scatter(send, recv, rootOrPeer, stream);
      case SEND -> to.send(send, rootOrPeer, stream);
      case RECV -> to.recv(recv, rootOrPeer, stream);
    }
  }
}
