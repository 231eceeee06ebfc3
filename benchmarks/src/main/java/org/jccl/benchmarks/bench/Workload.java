package org.jccl.benchmarks.bench;

import java.util.List;
import org.jccl.Collectives;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.cases.CallForm;
import org.jccl.ops.Operation;
import org.jccl.spi.Calls;
import org.jspecify.annotations.Nullable;

/**
 * Something to measure: a collective of the operation table, or {@code sendrecv}, in which each
 * rank sends to the next and receives from the previous one, in one group.
 *
 * @param label name on command lines and in tables
 * @param operation the row of the table that knows sizes and factors
 */
public record Workload(String label, Operation operation) {
  /** Everything that can be measured, in the table's order. */
  public static final List<Workload> ALL =
      CallForm.EVEN.stream().map(form -> new Workload(label(form), form.operation())).toList();

  private static String label(CallForm form) {
    return form.isExchange() ? "sendrecv" : form.operation().label();
  }

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

  /** What every rank calls. */
  CallForm form() {
    return CallForm.of(operation);
  }

  /** Issues the operation once for one rank. Allocates nothing itself. */
  void issue(Collectives on, CaseBuffers buffers, @Nullable ReduceOp op, int root) {
    Stream stream = buffers.stream();
    if (isExchange()) {
      int next = buffers.next();
      int previous = buffers.previous();
      on.sendRecv(buffers.needSend(), next, buffers.needRecv(), previous, stream);
    } else {
      Calls.issue(on, operation, buffers.send(), buffers.recv(), op, root, stream);
    }
  }

  @Override
  public String toString() {
    return label;
  }
}
