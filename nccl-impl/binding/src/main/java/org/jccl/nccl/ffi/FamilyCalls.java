package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jccl.ops.NcclFunction;

/**
 * The functions that make communicators out of communicators, and those that stop, park and measure
 * one.
 */
interface FamilyCalls extends BoundCalls {
  MethodHandle SCALABLE = BoundCalls.call(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  MethodHandle SPLIT = BoundCalls.call(JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  MethodHandle SHRINK = BoundCalls.call(JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  MethodHandle GROW = BoundCalls.call(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  MethodHandle HANDLE_INT = BoundCalls.call(JAVA_LONG, JAVA_INT);
  MethodHandle STATISTIC = BoundCalls.call(JAVA_LONG, JAVA_INT, ADDRESS);

  @Override
  default int commInitRankScalable(
      MemorySegment comm,
      int nranks,
      int rank,
      int idCount,
      MemorySegment ids,
      MemorySegment config) {
    try {
      return (int)
          SCALABLE.invokeExact(
              at(NcclFunction.COMM_INIT_RANK_SCALABLE), comm, nranks, rank, idCount, ids, config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_INIT_RANK_SCALABLE, failure);
    }
  }

  @Override
  default int commSplit(
      long comm, int color, int key, MemorySegment newComm, MemorySegment config) {
    try {
      return (int)
          SPLIT.invokeExact(at(NcclFunction.COMM_SPLIT), comm, color, key, newComm, config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_SPLIT, failure);
    }
  }

  @Override
  default int commShrink(
      long comm,
      MemorySegment excluded,
      int excludedCount,
      MemorySegment newComm,
      MemorySegment config,
      int flags) {
    try {
      return (int)
          SHRINK.invokeExact(
              at(NcclFunction.COMM_SHRINK), comm, excluded, excludedCount, newComm, config, flags);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_SHRINK, failure);
    }
  }

  @Override
  default int commGrow(
      long comm,
      int nranks,
      MemorySegment uniqueId,
      int rank,
      MemorySegment newComm,
      MemorySegment config) {
    try {
      return (int)
          GROW.invokeExact(
              at(NcclFunction.COMM_GROW), comm, nranks, uniqueId, rank, newComm, config);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_GROW, failure);
    }
  }

  @Override
  default int commGetUniqueId(long comm, MemorySegment uniqueId) {
    try {
      return (int) HANDLE_OUT.invokeExact(at(NcclFunction.COMM_GET_UNIQUE_ID), comm, uniqueId);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_GET_UNIQUE_ID, failure);
    }
  }

  @Override
  default int commRevoke(long comm, int flags) {
    try {
      return (int) HANDLE_INT.invokeExact(at(NcclFunction.COMM_REVOKE), comm, flags);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_REVOKE, failure);
    }
  }

  @Override
  default int commSuspend(long comm, int flags) {
    try {
      return (int) HANDLE_INT.invokeExact(at(NcclFunction.COMM_SUSPEND), comm, flags);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_SUSPEND, failure);
    }
  }

  @Override
  default int commResume(long comm) {
    try {
      return (int) HANDLE.invokeExact(at(NcclFunction.COMM_RESUME), comm);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_RESUME, failure);
    }
  }

  @Override
  default int commMemStats(long comm, int statistic, MemorySegment value) {
    try {
      return (int) STATISTIC.invokeExact(at(NcclFunction.COMM_MEM_STATS), comm, statistic, value);
    } catch (Throwable failure) {
      throw raise(NcclFunction.COMM_MEM_STATS, failure);
    }
  }
}
