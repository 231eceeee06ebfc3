package org.jccl;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.jccl.spi.GroupRecording;

/**
 * Memory of all ranks that was registered together, so that peers can write into it (chapter 9 of
 * the rule book). Made by {@link Communicator#registerWindow}; close it before the memory is freed.
 *
 * <p>Where windows are not supported the library gives a null window ({@link #isNull}, rule
 * WIN-03): collectives work as ever, one-sided operations do not.
 */
public final class Window implements AutoCloseable {
  private final Communicator owner;
  private final DeviceBuffer buffer;
  private final LongSupplier handle;
  private final LongUnaryOperator pointer;
  private final LongConsumer deregister;
  private volatile boolean closed;

  /**
   * For implementations: names what {@code owner} has registered.
   *
   * @param handle the library's handle; asked late, since a nonblocking registration goes on after
   *     its call has returned (rule WIN-06)
   * @param pointer asks the library where the memory of a handle is
   * @param deregister releases a handle; called at most once
   */
  public Window(
      Communicator owner,
      DeviceBuffer buffer,
      LongSupplier handle,
      LongUnaryOperator pointer,
      LongConsumer deregister) {
    this.owner = owner;
    this.buffer = buffer;
    this.handle = handle;
    this.pointer = pointer;
    this.deregister = deregister;
  }

  /** The communicator whose ranks share it. */
  public Communicator owner() {
    return owner;
  }

  /** This rank's memory in it. */
  public DeviceBuffer buffer() {
    return buffer;
  }

  /**
   * The library's handle, 0 for a null window.
   *
   * @throws IllegalStateException if a nonblocking registration is not finished
   */
  public long handle() {
    return handle.getAsLong();
  }

  /** Whether windows are not supported here (rule WIN-03). */
  public boolean isNull() {
    return handle() == 0;
  }

  /**
   * The address at which the library has this rank's memory, 0 for a null window; since 2.29.2.
   *
   * @throws UnsupportedOperationException if the library is older
   */
  public long pointer() {
    return pointer.applyAsLong(handle());
  }

  /** Whether {@link #close()} was called. */
  public boolean isClosed() {
    return closed;
  }

  /** Drops this rank's part, locally and at once (rule WIN-05). Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      GroupRecording.whenIssued(() -> deregister.accept(handle()));
    }
  }

  @Override
  public String toString() {
    return "window over " + buffer + " of " + owner.name() + (closed ? " (closed)" : "");
  }
}
