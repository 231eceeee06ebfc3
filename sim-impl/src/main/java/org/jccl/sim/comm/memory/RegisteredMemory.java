package org.jccl.sim.comm.memory;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.check.Lifetimes.Origin;
import org.jccl.sim.device.MemoryHolder;
import org.jspecify.annotations.Nullable;

/** Memory that one rank has registered: on its own, or as its part of a collective window. */
public final class RegisteredMemory {
  /** The ranks promise equal offsets in their windows (rule WIN-04). */
  static final int SYMMETRIC = 1;

  private static final long PAGE = 4096;

  private final long handle;
  private final long start;
  private final int flags;
  private final @Nullable SharedWindow window;
  private long end;
  private final MemoryHolder holder;

  /** The lines that registered it, one for each reference; what its communicator left is gone. */
  private final List<Origin> origins = new ArrayList<>(1);

  private int references = 1;

  public RegisteredMemory(
      long handle,
      long start,
      long bytes,
      int flags,
      @Nullable SharedWindow window,
      MemoryHolder holder,
      Origin origin) {
    this.holder = holder;
    origins.add(origin);
    this.handle = handle;
    this.start = start;
    this.end = start + bytes;
    this.flags = flags;
    this.window = window;
  }

  public long handle() {
    return handle;
  }

  public long start() {
    return start;
  }

  public long end() {
    return end;
  }

  /** What the ranks share if it is part of a window, or null. */
  public @Nullable SharedWindow window() {
    return window;
  }

  public boolean isSymmetric() {
    return window != null && (flags & SYMMETRIC) != 0;
  }

  /** Whether the pages of it are at or behind those of a range (rule MEM-03). */
  public boolean beginsBehind(long address) {
    return firstPage(address) < firstPage(start);
  }

  /** Whether the pages of a range are among its own (rule MEM-03). */
  public boolean covers(long address, long bytes) {
    return firstPage(start) <= firstPage(address) && endPage(address + bytes) <= endPage(end);
  }

  private static long firstPage(long address) {
    return address & -PAGE;
  }

  private static long endPage(long address) {
    return (address + PAGE - 1) & -PAGE;
  }

  /** Whether a range is what the user said, not only on the same pages. */
  public boolean holds(long address, long bytes) {
    return start <= address && address + bytes <= end;
  }

  /** The same pages were registered again. */
  void again(long address, long bytes, Origin origin) {
    references++;
    origins.add(origin);
    end = Math.max(end, address + bytes);
  }

  /** Drops a reference; whether it was the last one (rule MEM-04). */
  public boolean drop(Lifetimes lifetimes) {
    if (!origins.isEmpty()) {
      lifetimes.close(origins.removeLast());
    }
    return --references == 0;
  }

  /** Its communicator is closed and takes it along. */
  void leave(Lifetimes lifetimes) {
    origins.forEach(lifetimes::leave);
    origins.clear();
  }

  /** It ends with its communicator, which was aborted. */
  void end(Lifetimes lifetimes) {
    origins.forEach(lifetimes::close);
    origins.clear();
  }

  /** What its memory knows of it. */
  MemoryHolder holder() {
    return holder;
  }
}
