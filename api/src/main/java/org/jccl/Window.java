package org.jccl;

import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * Memory of all ranks that was registered together, so that peers can write into it (chapter 9 of
 * the rule book). Made by {@link Communicator#registerWindow}; close it before the memory is freed.
 *
 * <p>Where windows are not supported the library gives a null window ({@link #isNull}, rule
 * WIN-03): collectives work as ever, one-sided operations do not.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="window"}
 *
 * @see <a
 *     href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/usage/bufferreg.html">NCCL's
 *     guide: window registration</a>
 */
public final class Window implements AutoCloseable {
  private final Communicator owner;
  private final DeviceBuffer buffer;
  private final LongSupplier handle;
  private final LongUnaryOperator pointer;
  private final Runnable deregister;
  private volatile boolean closed;

  /**
   * For implementations: names what {@code owner} has registered.
   *
   * @param owner the communicator
   * @param buffer this rank's memory
   * @param handle the library's handle; asked late, since a nonblocking registration goes on after
   *     its call has returned (rule WIN-06)
   * @param pointer asks the library where the memory of a handle is
   * @param deregister releases the handle, or does so when an open group is issued; called at most
   *     once
   */
  public Window(
      Communicator owner,
      DeviceBuffer buffer,
      LongSupplier handle,
      LongUnaryOperator pointer,
      Runnable deregister) {
    this.owner = owner;
    this.buffer = buffer;
    this.handle = handle;
    this.pointer = pointer;
    this.deregister = deregister;
  }

  /** {@return the communicator whose ranks share it} */
  public Communicator owner() {
    return owner;
  }

  /** {@return this rank's memory in it} */
  public DeviceBuffer buffer() {
    return buffer;
  }

  /**
   * {@return the library's handle, 0 for a null window}
   *
   * @throws IllegalStateException if a nonblocking registration is not finished
   */
  public long handle() {
    return handle.getAsLong();
  }

  /** {@return whether windows are not supported here (rule WIN-03)} */
  public boolean isNull() {
    return handle() == 0;
  }

  /**
   * {@return the address at which the library has this rank's memory, 0 for a null window; since
   * 2.29.2}
   *
   * @throws UnsupportedOperationException if the library is older
   */
  public long pointer() {
    return pointer.applyAsLong(handle());
  }

  /** {@return whether {@link #close()} was called} */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Drops this rank's part, locally and at once (rule WIN-05). Idempotent. NCCL: {@code
   * ncclCommWindowDeregister}.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      deregister.run();
    }
  }

  @Override
  public String toString() {
    return "window over " + buffer + " of " + owner.name() + (closed ? " (closed)" : "");
  }
}
