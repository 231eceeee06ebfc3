package org.jccl;

/** The kinds of misuse that the simulator names (chapter 11 of the rule book). */
public enum MisuseKind {
  /** Ranks differ in operation, count, type, reduction or root of one call (SIM-01 to SIM-08). */
  MISMATCH(Severity.ERROR),
  /** A rank that must take part never comes (SIM-07, SIM-47, SIM-59). */
  MISSING_RANK(Severity.ERROR),
  /**
   * Nothing can run and ranks still wait: a cycle, or work that can never end (SIM-12, SIM-13,
   * SIM-20, SIM-36, SIM-58).
   */
  DEADLOCK(Severity.ERROR),
  /** Ranks issue communicators in different orders (SIM-18, SIM-19, SIM-50). */
  ORDER_INVERSION(Severity.ERROR),
  /** Work of communicators with and without launchOrderImplicit may overlap on a GPU (SIM-69). */
  LAUNCH_ORDER_MIXED(Severity.ERROR),
  /** One thread drives several ranks without a group (SIM-21). */
  GROUP_REQUIRED(Severity.ERROR),
  /** A send without receive, or a receive without send, at the end of a communicator (SIM-11). */
  UNMATCHED_P2P(Severity.ERROR),
  /** The lengths of a matching send and receive differ (SIM-09, SIM-15). */
  P2P_LENGTH(Severity.ERROR),
  /** The types of a matching send and receive differ, their bytes do not (SIM-10). */
  P2P_TYPE(Severity.WARNING),
  /** First contact of a pair whose groups have different shapes (SIM-16). */
  P2P_GROUP_SHAPE(Severity.WARNING),
  /** Ranks group the same collectives differently (SIM-17). */
  GROUP_SHAPE(Severity.STRICT),
  /** An output of one member of a group overlaps another member (SIM-22). */
  GROUP_HAZARD(Severity.ERROR),
  /** A thread ended with an open group (SIM-41). */
  GROUP_LEAK(Severity.ERROR),
  /** A group destroys a communicator that it also uses (SIM-38). */
  GROUP_DESTROY_CONFLICT(Severity.ERROR),
  /** A group creates communicators and issues operations (SIM-39). */
  GROUP_INIT_CONFLICT(Severity.ERROR),
  /** Send and receive ranges overlap, but are not the in-place form (SIM-23, SIM-24). */
  BUFFER_OVERLAP(Severity.ERROR),
  /** Memory that an operation in flight uses was freed or deregistered (SIM-29, SIM-55). */
  BUFFER_FREED(Severity.ERROR),
  /** Memory that an operation in flight uses is used by something unordered (SIM-28). */
  BUFFER_REUSE(Severity.ERROR),
  /** An address range is not inside one live allocation (SIM-25). */
  BUFFER_RANGE(Severity.ERROR),
  /** A buffer in use is null or no device memory at all (SIM-26). */
  BUFFER_INVALID(Severity.ERROR),
  /** The host reads back memory that nobody has written, also by way of operations (SIM-63). */
  UNINITIALIZED_DATA(Severity.ERROR),
  /** The memory belongs to another device (SIM-27). */
  BUFFER_DEVICE(Severity.ERROR),
  /** Work of the program's own uses device memory that it does not declare (SIM-64). */
  UNDECLARED_ACCESS(Severity.ERROR),
  /** The body of a piece of work calls jccl (SIM-65). */
  HOST_FUNCTION(Severity.ERROR),
  /** The stream is destroyed, unknown or of another device (SIM-31). */
  STREAM_INVALID(Severity.ERROR),
  /** An operation after the communicator was finalized (SIM-32). */
  USE_AFTER_FINALIZE(Severity.ERROR),
  /** A destroyed or aborted communicator was used (SIM-33). */
  USE_AFTER_DESTROY(Severity.ERROR),
  /** A suspended communicator was used (SIM-34). */
  USE_WHILE_SUSPENDED(Severity.ERROR),
  /** A rank was destroyed early while its work is in flight (SIM-35). */
  DESTROY_IN_FLIGHT(Severity.ERROR),
  /** A communicator ends while graphs still use it (SIM-37). */
  GRAPH_ALIVE(Severity.ERROR),
  /** Ranks claim different places or sizes for one unique id (SIM-44). */
  RENDEZVOUS(Severity.ERROR),
  /** A unique id was used before (SIM-45). */
  ID_REUSED(Severity.ERROR),
  /** A communicator is split, shrunk or grown while operations are in flight (SIM-47). */
  OUTSTANDING_OPS(Severity.ERROR),
  /** Some members of a communicator captured an operation, others did not (SIM-50). */
  CAPTURE_MISMATCH(Severity.ERROR),
  /** Some ranks registered a buffer, others did not, or at other offsets (SIM-54). */
  REGISTRATION_MISMATCH(Severity.ERROR),
  /** A wait for signals that nobody sends (SIM-58). */
  MISSING_SIGNAL(Severity.ERROR),
  /** One-sided writes overlap, or their target is read before the wait (SIM-60). */
  RMA_RACE(Severity.ERROR),
  /** Host code waits for a peer between its call and the peer's (SIM-61). */
  HOST_WAIT(Severity.STRICT),
  /**
   * A rank blocks or loops outside jccl, and nothing else can run: a lock, a latch, a future, a
   * spin; or the body of a piece of work does not return (SIM-66).
   */
  HOST_BLOCKED(Severity.ERROR),
  /** Two threads were inside one communicator, or one family of them (SIM-42, SIM-49). */
  THREAD_RACE(Severity.ERROR);

  /** What a simulator does with a report of a kind. */
  public enum Severity {
    /** The run is wrong: it is thrown, and the communicator is stopped. */
    ERROR,
    /** Legal, but fragile or surprising: it is told and kept, and the run goes on. */
    WARNING,
    /** A warning that becomes an error in strict mode. */
    STRICT
  }

  private final Severity severity;

  MisuseKind(Severity severity) {
    this.severity = severity;
  }

  /** {@return how serious it is} */
  public Severity severity() {
    return severity;
  }
}
