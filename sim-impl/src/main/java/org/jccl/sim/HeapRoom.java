package org.jccl.sim;

/** Whether there is heap enough for what is asked for: looked at before any of it is taken. */
final class HeapRoom {
  /** What a simulated device takes at least. */
  static final int DEVICE_BYTES = 1 << 10;

  /** What a rank, its thread and its communicator take at least. */
  static final int RANK_BYTES = 8 << 10;

  private HeapRoom() {}

  /** Refuses {@code count} things of {@code bytes} each if the heap can never hold them. */
  static void require(String what, int count, int bytes) {
    long most = Runtime.getRuntime().maxMemory();
    if ((long) count * bytes > most) {
      throw new IllegalArgumentException(
          what
              + " "
              + count
              + ": they need about "
              + mebibytes((long) count * bytes)
              + " MiB of heap, this JVM has at most "
              + mebibytes(most)
              + " MiB (-Xmx), enough for "
              + most / bytes);
    }
  }

  private static long mebibytes(long bytes) {
    return bytes >> 20;
  }
}
