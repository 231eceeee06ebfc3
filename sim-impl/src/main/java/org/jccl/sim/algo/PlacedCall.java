package org.jccl.sim.algo;

import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A collective and where its buffers lie.
 *
 * @param call the collective
 * @param isAverage whether its reduction is NCCL's own average
 * @param sendOffset where in its symmetric window the input begins, in bytes modulo 16; {@link
 *     #OUTSIDE} if it is in none
 * @param recvOffset the same of the output
 * @param isRegistered whether other ranks may read its input and write its output where they are,
 *     also without symmetric windows
 * @param limits what its own configuration leaves, or null if it has none
 */
public record PlacedCall(
    CollectiveTask call,
    boolean isAverage,
    int sendOffset,
    int recvOffset,
    boolean isRegistered,
    @Nullable CallLimits limits) {
  /** What stands for an offset in no symmetric window. */
  public static final int OUTSIDE = -1;

  /** Offsets are of interest only up to this: what a thread moves at once. */
  public static final int ALIGNMENT = 16;

  /** A call with the communicator's own configuration. */
  public PlacedCall(
      CollectiveTask call,
      boolean isAverage,
      int sendOffset,
      int recvOffset,
      boolean isRegistered) {
    this(call, isAverage, sendOffset, recvOffset, isRegistered, null);
  }

  /** A call on memory that nobody has registered. */
  public static PlacedCall plain(CollectiveTask call) {
    return plain(call, false);
  }

  /**
   * A call on memory that nobody has registered.
   *
   * @param isAverage whether its reduction is NCCL's own average
   */
  public static PlacedCall plain(CollectiveTask call, boolean isAverage) {
    return new PlacedCall(call, isAverage, OUTSIDE, OUTSIDE, false);
  }

  /** The same call with a configuration of its own. */
  public PlacedCall with(@Nullable CallLimits own) {
    return own == null
        ? this
        : new PlacedCall(call, isAverage, sendOffset, recvOffset, isRegistered, own);
  }

  /** Whether NCCL decides for it alone, whatever its neighbours are (CFG-29). */
  boolean isIsolated() {
    return limits != null && limits.isIsolated();
  }

  /** Whether the input is in a symmetric window. */
  public boolean sendsFromWindow() {
    return sendOffset != OUTSIDE;
  }

  /** Whether the output is in a symmetric window. */
  public boolean receivesIntoWindow() {
    return recvOffset != OUTSIDE;
  }

  /** Whether both buffers are. */
  public boolean isWithinWindows() {
    return sendsFromWindow() && receivesIntoWindow();
  }

  /** Whether libraries have the symmetric kernel that they choose: none has one for averages. */
  public boolean hasKernel() {
    return !(isAverage && call.operation() == Operation.ALL_REDUCE);
  }

  /** Whether NCCL decides for both together. */
  boolean isLike(PlacedCall other) {
    return call.isLike(other.call)
        && isAverage == other.isAverage
        && sendsFromWindow() == other.sendsFromWindow()
        && receivesIntoWindow() == other.receivesIntoWindow();
  }
}
