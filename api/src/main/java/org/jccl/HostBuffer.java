package org.jccl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Host memory that a device copies from and to by itself: pinned on a GPU, where an enqueued copy
 * then neither holds its caller up nor goes by way of other memory. {@code DeviceBuffer.copyFrom}
 * and {@code copyTo} take it; programs read and write it as {@link #memory()}.
 *
 * <p>Lifetime: who allocates it closes it. From the call of an enqueued copy until its stream has
 * passed (a wait for the stream, or for an event behind the copy), the memory belongs to the copy:
 * it is neither closed nor changed, and not read where the copy writes it. The simulator reports
 * what does not hold to that as {@link MisuseKind#BUFFER_FREED} and {@link MisuseKind#BUFFER_REUSE}
 * (SIM-29, SIM-28). A captured copy uses the memory at each launch of its graph.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/FirstSteps.java" region="pinned"}
 */
public final class HostBuffer implements AutoCloseable {
  private final DataType type;
  private final MemorySegment memory;

  /** Frees the memory; null for a slice. */
  private final @Nullable Arena arena;

  /** The buffer of which this is a part; null if it is its own. */
  private final @Nullable HostBuffer whole;

  private volatile boolean closed;

  private HostBuffer(DataType type, MemorySegment memory, Arena arena) {
    this.type = type;
    this.memory = memory;
    this.arena = arena;
    this.whole = null;
  }

  /** A part of {@code of}, which owns nothing. */
  private HostBuffer(HostBuffer of, MemorySegment memory) {
    this.type = of.type;
    this.memory = memory;
    this.arena = null;
    this.whole = of.whole == null ? of : of.whole;
  }

  /** Memory of {@code arena}, which ends with it. */
  static HostBuffer allocate(Arena arena, DataType type, long count) {
    boolean isMade = false;
    try {
      MemorySegment memory = arena.allocate(type.bytes(count), Long.BYTES);
      isMade = true;
      return new HostBuffer(type, memory, arena);
    } finally {
      if (!isMade) {
        arena.close();
      }
    }
  }

  /** {@return the element type} */
  public DataType type() {
    return type;
  }

  /** {@return the number of elements} */
  public long count() {
    return memory.byteSize() / type.bytes();
  }

  /** {@return the size in bytes} */
  public long bytes() {
    return memory.byteSize();
  }

  /**
   * {@return the memory, in the host's byte order} Any thread may use it; after {@link #close} a
   * use throws {@link IllegalStateException}.
   */
  public MemorySegment memory() {
    return memory;
  }

  /**
   * {@return whether its memory was given back: this buffer was closed, or that of which it is a
   * part}
   */
  public boolean isClosed() {
    return closed || (whole != null && whole.closed);
  }

  /**
   * Elements {@code offset} to {@code offset + count - 1}, in the same memory, owning nothing.
   *
   * @param offset the first element
   * @param count number of elements
   * @return a buffer that owns nothing
   * @throws IndexOutOfBoundsException if that range is not inside this buffer
   */
  public HostBuffer slice(long offset, long count) {
    if (offset < 0 || count < 0 || offset > count() - count) {
      throw new IndexOutOfBoundsException(
          "slice of " + count + " elements at " + offset + " is not inside " + this);
    }
    long from = offset * type.bytes();
    return new HostBuffer(this, open().asSlice(from, count * type.bytes()));
  }

  /** Its memory, if that is still there. */
  MemorySegment open() {
    if (isClosed()) {
      throw new IllegalStateException("buffer is closed: " + this);
    }
    return memory;
  }

  /**
   * Gives the memory back; does nothing for slices. Idempotent. Synchronize the streams first whose
   * copies use it.
   *
   * @throws IllegalStateException if another thread is reading or writing it right now
   * @throws ReportedMisuse on the simulator, if a copy still uses it (SIM-29)
   */
  @Override
  public synchronized void close() {
    if (arena != null && !closed) {
      try {
        arena.close();
      } catch (ReportedMisuse found) {
        closed = true;
        throw found;
      }
      closed = true;
    }
  }

  @Override
  public String toString() {
    return type + "[" + count() + "] on the host" + (isClosed() ? " (closed)" : "");
  }
}
