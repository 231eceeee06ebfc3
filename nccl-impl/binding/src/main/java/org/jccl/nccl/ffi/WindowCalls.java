package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jccl.ops.NcclFunction;

/**
 * The functions about memory that NCCL knows: its own, registered, windows, and signals into them.
 */
interface WindowCalls extends BoundCalls {
  MethodHandle SLOT_SIZE = BoundCalls.call(ADDRESS, JAVA_LONG);
  MethodHandle TWO_HANDLES = BoundCalls.call(JAVA_LONG, JAVA_LONG);
  MethodHandle REGISTER = BoundCalls.call(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
  MethodHandle WINDOW = BoundCalls.call(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT);
  MethodHandle POINTER = BoundCalls.call(JAVA_LONG, JAVA_LONG, ADDRESS);

  /** Source, count, type, peer, window, offset, signal, context, flags, communicator, stream. */
  MethodHandle PUT =
      BoundCalls.call(
          JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT,
          JAVA_INT, JAVA_LONG, JAVA_LONG);

  MethodHandle SIGNAL =
      BoundCalls.call(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  MethodHandle WAIT = BoundCalls.call(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);

  @Override
  default int memAlloc(MemorySegment address, long bytes) {
    try {
      return (int) SLOT_SIZE.invokeExact(at(NcclFunction.MEM_ALLOC), address, bytes);
    } catch (Throwable failure) {
      throw raise(NcclFunction.MEM_ALLOC, failure);
    }
  }

  @Override
  default int memFree(long address) {
    try {
      return (int) HANDLE.invokeExact(at(NcclFunction.MEM_FREE), address);
    } catch (Throwable failure) {
      throw raise(NcclFunction.MEM_FREE, failure);
    }
  }

  @Override
  default int commRegister(long comm, long buffer, long bytes, MemorySegment handle) {
    try {
      return (int)
          REGISTER.invokeExact(at(NcclFunction.COMM_REGISTER), comm, buffer, bytes, handle);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_REGISTER, failure);
    }
  }

  @Override
  default int commDeregister(long comm, long handle) {
    try {
      return (int) TWO_HANDLES.invokeExact(at(NcclFunction.COMM_DEREGISTER), comm, handle);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_DEREGISTER, failure);
    }
  }

  @Override
  default int commWindowRegister(
      long comm, long buffer, long bytes, MemorySegment window, int flags) {
    try {
      return (int)
          WINDOW.invokeExact(
              at(NcclFunction.COMM_WINDOW_REGISTER), comm, buffer, bytes, window, flags);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_WINDOW_REGISTER, failure);
    }
  }

  @Override
  default int commWindowDeregister(long comm, long window) {
    try {
      return (int) TWO_HANDLES.invokeExact(at(NcclFunction.COMM_WINDOW_DEREGISTER), comm, window);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_WINDOW_DEREGISTER, failure);
    }
  }

  @Override
  default int winGetUserPtr(long comm, long window, MemorySegment pointer) {
    try {
      return (int) POINTER.invokeExact(at(NcclFunction.WIN_GET_USER_PTR), comm, window, pointer);
    } catch (Throwable failure) {
      throw raise(NcclFunction.WIN_GET_USER_PTR, failure);
    }
  }

  @Override
  default int putSignal(
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
              at(NcclFunction.PUT_SIGNAL),
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
      throw raise(NcclFunction.PUT_SIGNAL, failure);
    }
  }

  @Override
  default int signal(int peer, int signalIndex, int context, int flags, long comm, long stream) {
    try {
      return (int)
          SIGNAL.invokeExact(
              at(NcclFunction.SIGNAL), peer, signalIndex, context, flags, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.SIGNAL, failure);
    }
  }

  @Override
  default int waitSignal(int descriptorCount, MemorySegment descriptors, long comm, long stream) {
    try {
      return (int)
          WAIT.invokeExact(
              at(NcclFunction.WAIT_SIGNAL), descriptorCount, descriptors, comm, stream);
    } catch (Throwable failure) {
      throw raise(NcclFunction.WAIT_SIGNAL, failure);
    }
  }
}
