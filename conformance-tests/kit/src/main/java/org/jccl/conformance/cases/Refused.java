package org.jccl.conformance.cases;

/**
 * One wrong call. Alone it is made by some ranks only, since it has no effect; in a group by all,
 * which then issues nothing (rule GRP-11).
 *
 * @param who bit r: rank r makes it, where it stands alone
 * @param count the count argument: 0 is checked as anything else is (rule ARG-03)
 */
public record Refused(Wrong wrong, int communicator, int stream, int who, int count)
    implements Invocation {
  /** Whether {@code rank} makes it where it stands alone. */
  public boolean isMadeBy(int rank) {
    return (who >>> rank & 1) != 0;
  }

  /** What is wrong with a call. */
  public enum Wrong {
    /** A root that is the communicator's size (COL-08). */
    ROOT_TOO_LARGE,
    /** Root -1. */
    ROOT_NEGATIVE,
    /** A peer that is the communicator's size (P2P-16). */
    PEER_TOO_LARGE,
    /** Raw: type 12 (TYP-02). Typed: two buffers of different types. */
    TYPE,
    /** Raw: type -1. Typed: a receive buffer that is one element short. */
    COUNT_OR_TYPE,
    /** Raw: reduction -1 (RED-02). Typed: no reduction. */
    REDUCTION,
    /** Raw: a reduction that was never made (RED-02). Typed: no send buffer. */
    REDUCTION_OR_BUFFER,
    /** A scaled sum that was destroyed (PMS-08). */
    STALE_REDUCTION,
    /** A scaled sum of another type (PMS-05). */
    REDUCTION_OF_OTHER_TYPE,
    /** Raw: no communicator (ARG-01). Typed: no receive buffer. */
    COMMUNICATOR_OR_BUFFER
  }
}
