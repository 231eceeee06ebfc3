package org.jccl.spi;

import org.jccl.DeviceBuffer;
import org.jspecify.annotations.Nullable;

/** The uneven blocks of one buffer, one a rank: checked once, then sliced. */
final class Blocks {
  private final CommunicatorBase comm;
  private final String operation;
  private final @Nullable DeviceBuffer buffer;
  private final long[] counts;
  private final long[] displacements;

  Blocks(
      CommunicatorBase comm,
      String operation,
      String which,
      @Nullable DeviceBuffer buffer,
      long[] counts,
      long[] displacements) {
    this.comm = comm;
    this.operation = operation;
    this.buffer = buffer;
    this.counts = counts;
    this.displacements = displacements;
    if (counts.length != comm.worldSize() || displacements.length != comm.worldSize()) {
      throw refuse(
          counts.length
              + " counts and "
              + displacements.length
              + " displacements, expected one a rank: "
              + comm.worldSize());
    }
    for (int rank = 0; rank < counts.length; rank++) {
      if (counts[rank] < 0 || displacements[rank] < 0) {
        throw refuse("count or displacement of rank " + rank + " is negative");
      }
      if (buffer != null && displacements[rank] > buffer.count() - counts[rank]) {
        throw refuse(
            "block of rank "
                + rank
                + " ("
                + counts[rank]
                + " elements at "
                + displacements[rank]
                + ") is not inside the "
                + which
                + " buffer of "
                + buffer.count());
      }
    }
  }

  /** Displacements of blocks that follow each other in rank order. */
  static long[] contiguous(long[] counts) {
    long[] displacements = new long[counts.length];
    for (int rank = 1; rank < counts.length; rank++) {
      displacements[rank] = displacements[rank - 1] + counts[rank - 1];
    }
    return displacements;
  }

  DeviceBuffer of(int rank) {
    if (buffer == null) {
      throw new IllegalStateException("no buffer to slice");
    }
    return buffer.slice(displacements[rank], counts[rank]);
  }

  /** The rank's own, even buffer holds exactly its count. */
  void requireOwn(String which, DeviceBuffer own) {
    if (own.count() != counts[comm.rank()]) {
      throw refuse(
          which + " count " + own.count() + ", expected counts[rank] = " + counts[comm.rank()]);
    }
  }

  void requireRoot(int root, @Nullable DeviceBuffer rootBuffer) {
    if (root < 0 || root >= comm.worldSize()) {
      throw refuse("root " + root + " is not a rank: pass 0 to " + (comm.worldSize() - 1));
    }
    if (comm.rank() == root && rootBuffer == null) {
      throw refuse("the root's buffer is null");
    }
  }

  /** A refused block is a failed call: an open group issues nothing (rule GRP-11). */
  private IllegalArgumentException refuse(String what) {
    IllegalArgumentException refusal =
        new IllegalArgumentException(
            comm.name()
                + ", rank "
                + comm.rank()
                + "/"
                + comm.worldSize()
                + ", "
                + operation
                + ": "
                + what);
    GroupRecording group = GroupRecording.current();
    if (group != null) {
      group.poison(refusal);
    }
    return refusal;
  }
}
