package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import org.jccl.ops.NcclFunction;

/**
 * The functions about memory that NCCL knows: its own, registered, windows, and signals into them.
 */
abstract class WindowCalls extends FamilyCalls {
  private static final MethodHandle SLOT_SIZE = call(ADDRESS, JAVA_LONG);
  private static final MethodHandle HANDLE = call(JAVA_LONG);
  private static final MethodHandle TWO_HANDLES = call(JAVA_LONG, JAVA_LONG);
  private static final MethodHandle REGISTER = call(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
  private static final MethodHandle WINDOW =
      call(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT);
  private static final MethodHandle POINTER = call(JAVA_LONG, JAVA_LONG, ADDRESS);

  /** Source, count, type, peer, window, offset, signal, context, flags, communicator, stream. */
  private static final MethodHandle PUT =
      call(
          JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT,
          JAVA_INT, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle SIGNAL =
      call(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WAIT = call(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);

  private final MemorySegment putSignalAddress;
  private final MemorySegment signalAddress;
  private final MemorySegment waitSignalAddress;

  WindowCalls(NcclLibrary library, Map<NcclFunction, MemorySegment> table) {
    super(library, table);
    this.putSignalAddress = at(NcclFunction.PUT_SIGNAL);
    this.signalAddress = at(NcclFunction.SIGNAL);
    this.waitSignalAddress = at(NcclFunction.WAIT_SIGNAL);
  }

  @Override
  public int memAlloc(MemorySegment address, long bytes) {
    try {
      return (int) SLOT_SIZE.invokeExact(at(NcclFunction.MEM_ALLOC), address, bytes);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.MEM_ALLOC, failure));
    }
  }

  @Override
  public int memFree(long address) {
    try {
      return (int) HANDLE.invokeExact(at(NcclFunction.MEM_FREE), address);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.MEM_FREE, failure));
    }
  }

  @Override
  public int commRegister(long comm, long buffer, long bytes, MemorySegment handle) {
    try {
      return (int)
          REGISTER.invokeExact(at(NcclFunction.COMM_REGISTER), comm, buffer, bytes, handle);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_REGISTER, failure));
    }
  }

  @Override
  public int commDeregister(long comm, long handle) {
    try {
      return (int) TWO_HANDLES.invokeExact(at(NcclFunction.COMM_DEREGISTER), comm, handle);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_DEREGISTER, failure));
    }
  }

  @Override
  public int commWindowRegister(
      long comm, long buffer, long bytes, MemorySegment window, int flags) {
    try {
      return (int)
          WINDOW.invokeExact(
              at(NcclFunction.COMM_WINDOW_REGISTER), comm, buffer, bytes, window, flags);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_WINDOW_REGISTER, failure));
    }
  }

  @Override
  public int commWindowDeregister(long comm, long window) {
    try {
      return (int) TWO_HANDLES.invokeExact(at(NcclFunction.COMM_WINDOW_DEREGISTER), comm, window);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.COMM_WINDOW_DEREGISTER, failure));
    }
  }

  @Override
  public int winGetUserPtr(long comm, long window, MemorySegment pointer) {
    try {
      return (int) POINTER.invokeExact(at(NcclFunction.WIN_GET_USER_PTR), comm, window, pointer);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.WIN_GET_USER_PTR, failure));
    }
  }

  @Override
  public int putSignal(
      long source,
      long count,
      int type,
      int peer,
      long peerWindow,
      long peerOffset,
      int signalIndex,
      int context,
      int flags,
      long comm,
      long stream) {
    try {
      return (int)
          PUT.invokeExact(
              putSignalAddress,
              source,
              count,
              type,
              peer,
              peerWindow,
              peerOffset,
              signalIndex,
              context,
              flags,
              comm,
              stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.PUT_SIGNAL, failure));
    }
  }

  @Override
  public int signal(int peer, int signalIndex, int context, int flags, long comm, long stream) {
    try {
      return (int)
          SIGNAL.invokeExact(signalAddress, peer, signalIndex, context, flags, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.SIGNAL, failure));
    }
  }

  @Override
  public int waitSignal(int descriptorCount, MemorySegment descriptors, long comm, long stream) {
    try {
      return (int) WAIT.invokeExact(waitSignalAddress, descriptorCount, descriptors, comm, stream);
    } catch (Throwable failure) {
      throw raise(failed(NcclFunction.WAIT_SIGNAL, failure));
    }
  }
}
