package org.jccl.sim.kernel;

/**
 * What a step does to something that others use, too. Two steps may be exchanged if what they do to
 * each thing commutes.
 */
public enum Effect {
  /** Looks at it. */
  READ,
  /** Adds to it what commutes with what others add: a rank's arrival. */
  ADD,
  /** Ends its part in it, which commutes with the ends of others. */
  LEAVE,
  /** Changes it. */
  WRITE;

  /** Whether the order of the two can be seen. */
  public boolean conflictsWith(Effect other) {
    return this != other || this == WRITE;
  }
}
