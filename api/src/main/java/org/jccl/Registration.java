package org.jccl;

import java.util.function.LongConsumer;

/**
 * Memory that a communicator was told of, so that it may be used without copies: a hint, results
 * never depend on it (rule MEM-03). Made by {@link Communicator#register}; close it before the
 * memory is freed, when no operation uses it any more (MEM-06). What is left is removed with the
 * communicator (MEM-04).
 *
 * @see <a
 *     href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/usage/bufferreg.html">NCCL's
 *     guide: buffer registration</a>
 */
public final class Registration implements AutoCloseable {
  private final Communicator owner;
  private final DeviceBuffer buffer;
  private final long handle;
  private final LongConsumer deregister;
  private volatile boolean closed;

  /**
   * For implementations: names what {@code owner} has registered.
   *
   * @param owner the communicator that made it
   * @param buffer the registered memory
   * @param handle NCCL's handle
   * @param deregister releases the handle, or does so when an open group is issued; called at most
   *     once
   */
  public Registration(
      Communicator owner, DeviceBuffer buffer, long handle, LongConsumer deregister) {
    this.owner = owner;
    this.buffer = buffer;
    this.handle = handle;
    this.deregister = deregister;
  }

  /** {@return the communicator that knows the memory} */
  public Communicator owner() {
    return owner;
  }

  /** {@return the memory} */
  public DeviceBuffer buffer() {
    return buffer;
  }

  /** {@return the library's handle; 0 where it registers nothing (rule ENV-13)} */
  public long handle() {
    return handle;
  }

  /** {@return whether {@link #close()} was called} */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Drops this registration; nothing happens if the communicator is gone. Idempotent. NCCL: {@code
   * ncclCommDeregister}.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      deregister.accept(handle);
    }
  }

  @Override
  public String toString() {
    return "registration of " + buffer + " with " + owner.name() + (closed ? " (closed)" : "");
  }
}
