package org.jccl.conformance.cases;

/**
 * A right call of a program, made by every rank that is in the communicator.
 *
 * @param communicator index of the {@link WorldSplit} among the program's communicators
 * @param chained whether the send buffer is what an earlier call of the stream received, if it fits
 */
public record Placed(CallSpec call, int communicator, int stream, boolean chained)
    implements Invocation {
  /** A call on the world's communicator and the first stream. */
  public static Placed of(CallSpec call) {
    return new Placed(call, 0, 0, false);
  }

  /** The same place with another call. */
  public Placed with(CallSpec other) {
    return new Placed(other, communicator, stream, chained);
  }

  /** The same on another stream, with a send buffer of its own. */
  public Placed alone(int otherStream) {
    return new Placed(call, communicator, otherStream, false);
  }

  @Override
  public String toString() {
    return call
        + (communicator == 0 ? "" : ", communicator " + communicator)
        + (stream == 0 ? "" : ", stream " + stream)
        + (chained ? ", chained" : "");
  }
}
