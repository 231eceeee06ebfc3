package org.jccl.benchmarks.bench;

import java.util.Arrays;

/**
 * What calls of one operation and size took in one way, round by round.
 *
 * @param operation the operation's name
 * @param bytes its size, as nccl-tests counts it
 * @param way the way's name
 * @param micros microseconds of one call, of the slowest rank, in each round
 * @param wrong elements that were wrong on any rank; -1 if nobody looked
 */
public record WayTimes(String operation, long bytes, String way, double[] micros, long wrong) {
  /** The middle round. */
  public double median() {
    return Statistics.median(micros.clone());
  }

  /** Whether it is another way for the same calls. */
  public boolean isBeside(WayTimes other) {
    return bytes == other.bytes && operation.equals(other.operation);
  }

  @Override
  public String toString() {
    return operation + " " + bytes + " " + way + " " + Arrays.toString(micros);
  }
}
