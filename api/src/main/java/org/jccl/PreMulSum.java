package org.jccl;

import java.util.function.IntConsumer;

/**
 * A sum in which every rank first multiplies its own elements by a scalar of its own (rule PMS-01).
 *
 * <p>Made by {@link Communicator#preMulSum}; valid only with that communicator and that type (rules
 * PMS-04, PMS-05). It may be closed as soon as the last call that uses it has returned (PMS-07).
 *
 * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="preMulSum"}
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/ops.html">NCCL's
 *     guide: user-defined reductions</a>
 */
public final class PreMulSum implements ReduceOp, AutoCloseable {
  /** The {@link #label} of every such reduction. */
  public static final String LABEL = "premulsum";

  private final Communicator owner;
  private final DataType type;
  private final int code;
  private final IntConsumer destroy;
  private volatile boolean closed;

  /**
   * For implementations: names an operation that {@code owner} has created.
   *
   * @param owner the communicator that made it
   * @param type the type of its elements
   * @param code the handle's value, at least 5 (rule PMS-06)
   * @param destroy releases the handle; called once. The calls that a group recorded with it are
   *     issued when the group ends, so until then it waits (PMS-07)
   */
  public PreMulSum(Communicator owner, DataType type, int code, IntConsumer destroy) {
    this.owner = owner;
    this.type = type;
    this.code = code;
    this.destroy = destroy;
  }

  /** {@return the communicator this operation belongs to} */
  public Communicator owner() {
    return owner;
  }

  /** {@return the element type this operation belongs to} */
  public DataType type() {
    return type;
  }

  /** {@return whether {@link #close()} was called} */
  public boolean isClosed() {
    return closed;
  }

  @Override
  public int code() {
    return code;
  }

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      destroy.accept(code);
    }
  }

  @Override
  public String toString() {
    return LABEL + "(" + type + ", code " + code + (closed ? ", closed)" : ")");
  }
}
