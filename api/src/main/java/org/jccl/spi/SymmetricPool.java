package org.jccl.spi;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Window;
import org.jspecify.annotations.Nullable;

/**
 * Memory of one communicator that lies in symmetric windows of all its ranks (rule MEM-07). Small
 * pieces share a window: an allocation takes 2 MiB of a GPU at least.
 *
 * <p>Opening a window is a collective act, so it depends only on what all ranks ask for alike:
 * memory is never used again, for each rank gives it back when it likes. A window goes when its
 * last piece has gone.
 */
final class SymmetricPool {
  private static final long SHARED_BYTES = 2 << 20;
  private static final long ALIGNMENT = 512;

  private final Device device;
  private final Function<DeviceBuffer, Window> opener;
  private final long mostShared;
  private final Set<Long> handles = ConcurrentHashMap.newKeySet();
  private @Nullable Shared current;

  /**
   * A pool on {@code device}.
   *
   * @param opener opens a window of all ranks
   * @param shares whether small pieces share a window
   */
  SymmetricPool(Device device, Function<DeviceBuffer, Window> opener, boolean shares) {
    this.device = device;
    this.opener = opener;
    this.mostShared = shares ? SHARED_BYTES / 4 : 0;
  }

  /** {@return memory for at least one element} */
  DeviceBuffer allocate(DataType type, long count) {
    long bytes = count * type.bytes();
    if (bytes > mostShared) {
      Shared own = new Shared(bytes);
      own.isFull = true;
      return own.piece(type, count, bytes);
    }
    Shared from = current;
    if (from == null || from.used + bytes > SHARED_BYTES) {
      close();
      from = new Shared(SHARED_BYTES);
      current = from;
    }
    return from.piece(type, count, bytes);
  }

  /** Whether it has opened that window. */
  boolean hasWindow(long handle) {
    return handles.contains(handle);
  }

  /** Nothing more is taken; what is in use stays until its pieces are closed. */
  void close() {
    Shared last = current;
    current = null;
    if (last != null) {
      last.close();
    }
  }

  /** An allocation and its window. */
  private final class Shared {
    private final DeviceBuffer memory;
    private final Window window;
    private final long handle;
    private long used;
    private int pieces;
    private boolean isFull;

    Shared(long bytes) {
      memory = device.allocateRegistrable(DataType.UINT8, bytes);
      try {
        window = opener.apply(memory);
        handle = window.handle();
        handles.add(handle);
      } catch (RuntimeException | Error failure) {
        memory.close();
        throw failure;
      }
    }

    synchronized DeviceBuffer piece(DataType type, long count, long bytes) {
      long address = memory.address() + used;
      used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      pieces++;
      return DeviceBuffer.owning(device, type, address, count, gone -> giveBack());
    }

    private synchronized void giveBack() {
      pieces--;
      freeIfUnused();
    }

    synchronized void close() {
      isFull = true;
      freeIfUnused();
    }

    private void freeIfUnused() {
      if (isFull && pieces == 0) {
        window.close();
        handles.remove(handle);
        memory.close();
      }
    }
  }
}
