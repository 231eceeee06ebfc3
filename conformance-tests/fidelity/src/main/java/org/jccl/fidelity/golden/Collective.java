package org.jccl.fidelity.golden;

import java.util.Arrays;
import org.jccl.Collectives;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/** The calls that recordings hold, by their names there. */
public enum Collective {
  /** All ranks get the same. */
  ALL_REDUCE("allreduce", Operation.ALL_REDUCE, Shape.SAME),
  /** Each rank gets its block. */
  REDUCE_SCATTER("reduce_scatter", Operation.REDUCE_SCATTER, Shape.EACH),
  /** The root gets all. */
  REDUCE("reduce", Operation.REDUCE, Shape.ROOT),
  /** All ranks get the same. */
  ALL_GATHER("all_gather", Operation.ALL_GATHER, Shape.SAME),
  /** All ranks get the same. */
  BROADCAST("broadcast", Operation.BROADCAST, Shape.SAME),
  /** The root gets all. */
  GATHER("gather", Operation.GATHER, Shape.ROOT),
  /** Each rank gets its block. */
  SCATTER("scatter", Operation.SCATTER, Shape.EACH),
  /** Each rank gets its own. */
  ALL_TO_ALL("all_to_all", Operation.ALL_TO_ALL, Shape.EACH),
  /** Every rank sends to the next and receives from the one before. */
  SEND_RECV("send_recv", Operation.SEND, Shape.EACH);

  /** Whose results are alike. */
  enum Shape {
    /** One result, that all ranks have. */
    SAME,
    /** One result a rank. */
    EACH,
    /** One result, that the root has; the other ranks' outputs stay as they are. */
    ROOT
  }

  private final String label;
  private final Operation operation;
  private final Shape shape;

  Collective(String label, Operation operation, Shape shape) {
    this.label = label;
    this.operation = operation;
    this.shape = shape;
  }

  /** The name in recordings. */
  public String label() {
    return label;
  }

  /** Its row in the operation table; a send for {@link #SEND_RECV}. */
  public Operation operation() {
    return operation;
  }

  Shape shape() {
    return shape;
  }

  boolean reduces() {
    return operation.reduces();
  }

  /** Whether NCCL chooses an algorithm for it; it makes messages of the others. */
  boolean isTuned() {
    return switch (this) {
      case ALL_REDUCE, REDUCE_SCATTER, REDUCE, ALL_GATHER, BROADCAST -> true;
      case GATHER, SCATTER, ALL_TO_ALL, SEND_RECV -> false;
    };
  }

  static @Nullable Collective of(String label) {
    return Arrays.stream(values())
        .filter(each -> each.label.equals(label))
        .findFirst()
        .orElse(null);
  }

  /** Elements that a rank's input has. */
  long inputs(long count, int worldSize) {
    return operation.sendElements(count, worldSize);
  }

  /** Elements that a receiver's output has. */
  long outputs(long count, int worldSize) {
    return this == SEND_RECV ? count : operation.receiveElements(count, worldSize);
  }

  /** Whether that rank's output is written. */
  boolean writes(int rank, int root) {
    return shape != Shape.ROOT || rank == root;
  }

  /** Makes the call. */
  void issue(
      Collectives on,
      DeviceBuffer send,
      DeviceBuffer recv,
      ReduceOp op,
      int root,
      int rank,
      int worldSize,
      Stream stream) {
    switch (this) {
      case ALL_REDUCE -> on.allReduce(send, recv, op, stream);
      case REDUCE_SCATTER -> on.reduceScatter(send, recv, op, stream);
      case REDUCE -> on.reduce(send, recv, op, root, stream);
      case ALL_GATHER -> on.allGather(send, recv, stream);
      case BROADCAST -> on.broadcast(send, recv, root, stream);
      case GATHER -> on.gather(send, recv, root, stream);
      case SCATTER -> on.scatter(send, recv, root, stream);
      case ALL_TO_ALL -> on.allToAll(send, recv, stream);
      case SEND_RECV ->
          on.sendRecv(
              send, (rank + 1) % worldSize, recv, (rank + worldSize - 1) % worldSize, stream);
    }
  }
}
