package org.jccl.sim.faults;

import java.util.Locale;

/** What can break at a call of a rank. */
public enum FaultKind {
  /** The call is not made; it throws {@link InjectedFaultException}. */
  EXCEPTION,
  /** The rank's process is gone: its body ends there, and what it has in flight never completes. */
  EXIT,
  /** The call never returns, and does nothing. */
  HANG,
  /** All communicators of the rank are aborted, as by a watchdog of its own (rule LIF-14). */
  ABORT,
  /**
   * All communicators of the rank have an asynchronous error from then on (rules ERR-01, ERR-04):
   * its next calls are refused with it, and what it has in flight never completes.
   */
  ASYNC_ERROR,
  /** The rank is slow: from then on each of its calls takes so much virtual time. */
  SLOW,
  /** The rank's process is stopped, for some virtual time or for ever, and goes on then. */
  SUSPEND,
  /** What the rank issues from then on reaches its peers so much later, in virtual time. */
  DELAY,
  /**
   * The rank's connections are lost: on the communicators that it has now, nothing that it has in
   * flight or issues completes any more. Ranks of other hosts, and it, have an asynchronous error.
   */
  LOST_CONNECTION,
  /** The device has no memory left for this call: it is refused as CUDA and NCCL refuse it. */
  OUT_OF_MEMORY;

  private final String label = name().toLowerCase(Locale.ROOT).replace('_', ' ');

  /** {@return what plans call it: {@code async error}} */
  public String label() {
    return label;
  }

  /** {@return whether it needs a time, as in {@code slow 5ms}} */
  public boolean needsTime() {
    return this == SLOW || this == DELAY;
  }

  /** {@return whether it may have a time} */
  public boolean takesTime() {
    return needsTime() || this == SUSPEND;
  }
}
