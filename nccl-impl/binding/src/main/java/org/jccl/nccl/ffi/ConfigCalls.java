package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jccl.ops.NcclFunction;

/** The collectives that take a configuration of the one call, and what is set for the process. */
interface ConfigCalls extends BoundCalls {
  MethodHandle SETTING = BoundCalls.call(ADDRESS);

  /** Send, receive, count, type, communicator, stream, configuration. */
  MethodHandle CONFIGURED =
      BoundCalls.call(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS);

  /** The same with a reduction or a root after the type. */
  MethodHandle CONFIGURED_CHOICE =
      BoundCalls.call(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS);

  /** The same with a reduction and a root. */
  MethodHandle CONFIGURED_ROOTED_REDUCTION =
      BoundCalls.call(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG,
          ADDRESS);

  @Override
  default int allReduceConfig(
      long send,
      long recv,
      long count,
      int type,
      int op,
      long comm,
      long stream,
      MemorySegment config) {
    try {
      return (int)
          CONFIGURED_CHOICE.invokeExact(
              at(NcclFunction.ALL_REDUCE_CONFIG),
              send,
              recv,
              count,
              type,
              op,
              comm,
              stream,
              config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.ALL_REDUCE_CONFIG, failure);
    }
  }

  @Override
  default int broadcastConfig(
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    try {
      return (int)
          CONFIGURED_CHOICE.invokeExact(
              at(NcclFunction.BROADCAST_CONFIG),
              send,
              recv,
              count,
              type,
              root,
              comm,
              stream,
              config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.BROADCAST_CONFIG, failure);
    }
  }

  @Override
  default int reduceConfig(
      long send,
      long recv,
      long count,
      int type,
      int op,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    try {
      return (int)
          CONFIGURED_ROOTED_REDUCTION.invokeExact(
              at(NcclFunction.REDUCE_CONFIG),
              send,
              recv,
              count,
              type,
              op,
              root,
              comm,
              stream,
              config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.REDUCE_CONFIG, failure);
    }
  }

  @Override
  default int allGatherConfig(
      long send, long recv, long count, int type, long comm, long stream, MemorySegment config) {
    try {
      return (int)
          CONFIGURED.invokeExact(
              at(NcclFunction.ALL_GATHER_CONFIG), send, recv, count, type, comm, stream, config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.ALL_GATHER_CONFIG, failure);
    }
  }

  @Override
  default int reduceScatterConfig(
      long send,
      long recv,
      long count,
      int type,
      int op,
      long comm,
      long stream,
      MemorySegment config) {
    try {
      return (int)
          CONFIGURED_CHOICE.invokeExact(
              at(NcclFunction.REDUCE_SCATTER_CONFIG),
              send,
              recv,
              count,
              type,
              op,
              comm,
              stream,
              config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.REDUCE_SCATTER_CONFIG, failure);
    }
  }

  @Override
  default int allToAllConfig(
      long send, long recv, long count, int type, long comm, long stream, MemorySegment config) {
    try {
      return (int)
          CONFIGURED.invokeExact(
              at(NcclFunction.ALL_TO_ALL_CONFIG), send, recv, count, type, comm, stream, config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.ALL_TO_ALL_CONFIG, failure);
    }
  }

  @Override
  default int gatherConfig(
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    try {
      return (int)
          CONFIGURED_CHOICE.invokeExact(
              at(NcclFunction.GATHER_CONFIG), send, recv, count, type, root, comm, stream, config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.GATHER_CONFIG, failure);
    }
  }

  @Override
  default int scatterConfig(
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    try {
      return (int)
          CONFIGURED_CHOICE.invokeExact(
              at(NcclFunction.SCATTER_CONFIG), send, recv, count, type, root, comm, stream, config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.SCATTER_CONFIG, failure);
    }
  }

  @Override
  default int setEncryption(MemorySegment config) {
    try {
      return (int) SETTING.invokeExact(at(NcclFunction.SET_ENCRYPTION), config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.SET_ENCRYPTION, failure);
    }
  }
}
