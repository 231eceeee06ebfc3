package org.jccl.sim.rehearsal;

import java.util.Locale;

/** What comes of a program in which a fault strikes; the better ones first. */
public enum FaultClass {
  /** The fault did not strike: the program did not come to that call. */
  NOT_REACHED,
  /** The program has finished, and its results are right. */
  RECOVERED,
  /** The program has failed with a report or an exception. */
  REPORTED,
  /** Ranks would have waited for ever: the simulator ended them, and says who waits for what. */
  HANG,
  /**
   * Nothing but an assertion has noticed that results are wrong, or the program has gone on with
   * data that an operation should have written and has not.
   */
  SILENT_WRONG_DATA;

  private final String label = name().toLowerCase(Locale.ROOT).replace('_', ' ');

  /** {@return the name for people: {@code silent wrong data}} */
  public String label() {
    return label;
  }
}
