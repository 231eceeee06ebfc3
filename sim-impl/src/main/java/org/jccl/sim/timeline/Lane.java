package org.jccl.sim.timeline;

/**
 * A line of a {@link Timeline} on which nothing overlaps.
 *
 * @param device the device it belongs to
 * @param number its number among the device's lanes, in the order of their display
 * @param words what people read
 */
public record Lane(int device, long number, String words) {
  private static final long LANES_OF_A_STREAM = 1 << 20;

  /** The thread of a rank's program, or of the program that is no rank's ({@code rank} -1). */
  public static Lane host(int device, int rank) {
    return new Lane(device, rank + 1, rank < 0 ? "host" : "host of rank " + rank);
  }

  /** A stream. */
  public static Lane stream(int device, int stream) {
    return new Lane(device, (stream + 1) * LANES_OF_A_STREAM, "stream " + stream);
  }

  /** The {@code place}-th call of the groups on a stream: they run at the same time. */
  public static Lane member(int device, int stream, int place) {
    return new Lane(
        device,
        (stream + 1) * LANES_OF_A_STREAM + 1 + place,
        "stream " + stream + ", in groups: call " + place);
  }
}
