package org.jccl.sim.faults;

/**
 * Where a fault strikes: at a call of one rank. Calls are those of NCCL's and CUDA's functions that
 * a rank's thread makes, each by its name; questions that only look (states, {@code isIdle}) are no
 * calls, so that polling counts nothing. What {@link org.jccl.Ranks} does before the programs begin
 * is counted for itself.
 *
 * @param rank the rank in the world; for threads of one's own the index of the device
 * @param call {@link #ANY}, {@link #OPENING}, or the name of calls: {@code all_reduce}
 * @param number the how manieth of these calls, from 1 on
 */
public record FaultPoint(int rank, String call, int number) {
  /** Every call of the rank's program counts. */
  public static final String ANY = "call";

  /** Every call counts that is made for the rank before its program begins. */
  public static final String OPENING = "opening";

  /**
   * Looks whether there can be such a call.
   *
   * @throws IllegalArgumentException if there can be none
   */
  public FaultPoint {
    if (rank < 0) {
      throw new IllegalArgumentException("rank " + rank + " is negative");
    }
    if (number < 1) {
      throw new IllegalArgumentException(call + " " + number + ": calls are counted from 1 on");
    }
    if (!call.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException(
          "'" + call + "' is no name of a call: use names such as all_reduce or synchronize");
    }
  }

  /** {@return the point as plans write it: {@code rank 1 at call 3}} */
  @Override
  public String toString() {
    return "rank " + rank + " at " + call + " " + number;
  }
}
