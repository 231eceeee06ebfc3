package org.jccl.benchmarks.bench;

import java.util.List;
import java.util.stream.Stream;
import org.jccl.Collectives;
import org.jccl.ReduceOp;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Something to measure: a collective of the operation table, or {@code sendrecv}, in which each
 * rank sends to the next and receives from the previous one, in one group.
 *
 * @param label name on command lines and in tables
 * @param operation the row of the table that knows sizes and factors
 */
public record Workload(String label, Operation operation) {
  private static final Workload SENDRECV = new Workload("sendrecv", Operation.SEND);

  /** Everything that can be measured, in the table's order. */
  public static final List<Workload> ALL =
      Stream.concat(
              Stream.of(Operation.values())
                  .filter(operation -> !operation.hasPeer())
                  .map(operation -> new Workload(operation.label(), operation)),
              Stream.of(SENDRECV))
          .toList();

  /**
   * The workload called {@code label}.
   *
   * @throws IllegalArgumentException if there is none; it lists those there are
   */
  public static Workload ofLabel(String label) {
    return ALL.stream()
        .filter(workload -> workload.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no operation is called '" + label + "': use all or some of " + labels()));
  }

  private static String labels() {
    return String.join(",", ALL.stream().map(Workload::label).toList());
  }

  /** Whether each rank exchanges messages with its neighbours instead of calling a collective. */
  boolean isExchange() {
    return operation.hasPeer();
  }

  /** Whether a form with overlapping buffers exists. */
  boolean hasInPlace() {
    return operation.inPlace().exists();
  }

  /** Issues the operation once for one rank. Allocates nothing itself. */
  void issue(Collectives on, CaseBuffers buffers, @Nullable ReduceOp op, int root) {
    var send = buffers.send();
    var recv = buffers.recv();
    var stream = buffers.stream();
    switch (operation) {
      case ALL_REDUCE -> on.allReduce(buffers.needSend(), buffers.needRecv(), need(op), stream);
      case BROADCAST -> on.broadcast(send, buffers.needRecv(), root, stream);
      case REDUCE -> on.reduce(buffers.needSend(), recv, need(op), root, stream);
      case ALL_GATHER -> on.allGather(buffers.needSend(), buffers.needRecv(), stream);
      case REDUCE_SCATTER ->
          on.reduceScatter(buffers.needSend(), buffers.needRecv(), need(op), stream);
      case ALL_TO_ALL -> on.allToAll(buffers.needSend(), buffers.needRecv(), stream);
      case GATHER -> on.gather(buffers.needSend(), recv, root, stream);
      case SCATTER -> on.scatter(send, buffers.needRecv(), root, stream);
      case SEND, RECV ->
          on.sendRecv(
              buffers.needSend(), buffers.next(), buffers.needRecv(), buffers.previous(), stream);
    }
  }

  private static ReduceOp need(@Nullable ReduceOp op) {
    if (op == null) {
      throw new IllegalStateException("a reduction is missing");
    }
    return op;
  }

  @Override
  public String toString() {
    return label;
  }
}
