package org.jccl.conformance.engine;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Registration;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.conformance.cases.MemoryKind;
import org.jspecify.annotations.Nullable;

/** Device memory of one kind that grows; where it is a window all ranks ask for it together. */
final class DeviceRoom implements AutoCloseable {
  private static final long LEAST = 1 << 20;

  private final Communicator communicator;
  private final MemoryKind kind;
  private @Nullable DeviceBuffer memory;
  private @Nullable Registration registration;
  private @Nullable Window window;

  DeviceRoom(Communicator communicator, MemoryKind kind) {
    this.communicator = communicator;
    this.kind = kind;
  }

  /** The first {@code bytes} bytes of it. */
  DeviceBuffer of(long bytes) {
    DeviceBuffer own = memory;
    if (own == null || own.bytes() < bytes) {
      close();
      own = allocate(Math.max(LEAST, 2 * bytes));
      memory = own;
    }
    return own.slice(0, bytes);
  }

  private DeviceBuffer allocate(long bytes) {
    if (kind == MemoryKind.PLAIN) {
      return communicator.device().allocate(DataType.INT8, bytes);
    }
    DeviceBuffer made = communicator.device().allocateRegistrable(DataType.INT8, bytes);
    if (kind == MemoryKind.REGISTERED) {
      registration = communicator.register(made);
    } else {
      window = communicator.registerWindow(made, WindowFlag.COLLECTIVE_SYMMETRIC);
    }
    return made;
  }

  @Override
  public void close() {
    if (registration != null) {
      registration.close();
      registration = null;
    }
    if (window != null) {
      window.close();
      window = null;
    }
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }
}
