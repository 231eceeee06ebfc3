package org.jccl.sim.cost;

/** What jccl's own kernels take: a launch and an exchange, then the bytes of the message. */
public final class OwnKernelModel {
  /** A call in a loop of many; measured on 2 H200. */
  private static final double NANOS = 3_200;

  /** Lines have 16 bytes for 8 of the message. */
  private static final double BYTES_A_NANO = 220;

  private OwnKernelModel() {}

  /** How long a call takes whose ranks get so many bytes from each other. */
  public static long nanos(long bytes) {
    return Math.round(NANOS + bytes / BYTES_A_NANO);
  }
}
