package org.jccl.conformance.harness;

/** What can be turned when the suite is run: quick by default, deeper on demand. */
public final class Options {
  /** System property: tries of every property, 50 unless set. */
  public static final String TRIES = "jccl.tries";

  /** System property: seconds after which a world of ranks counts as hung, 30 unless set. */
  public static final String DEADLINE = "jccl.deadline";

  /** System property: seconds after which one rule's process is killed, 180 unless set. */
  public static final String RULE_DEADLINE = "jccl.rule.deadline";

  /**
   * System property: processes that run rules at a time, 1 unless set; for machines with many
   * cores.
   */
  public static final String PROCESSES = "jccl.processes";

  /** System property: the subject of rules that are started one by one, {@code sim} unless set. */
  public static final String SUBJECT = "jccl.subject";

  private static final int DEFAULT_RULE_DEADLINE = 180;
  private static final int DEFAULT_TRIES = 50;
  private static final int DEFAULT_DEADLINE = 30;

  private Options() {}

  /** Tries of every property. */
  public static int tries() {
    return Math.max(1, Integer.getInteger(TRIES, DEFAULT_TRIES));
  }

  /** Name of the subject of rules that are started one by one. */
  public static String subject() {
    return System.getProperty(SUBJECT, "sim");
  }

  /** Processes that run rules at a time. */
  public static int processes() {
    return Math.max(1, Integer.getInteger(PROCESSES, 1));
  }

  /** Seconds after which the process of a rule is killed. */
  public static int ruleSeconds() {
    return Math.max(1, Integer.getInteger(RULE_DEADLINE, DEFAULT_RULE_DEADLINE));
  }

  /** Seconds after which a world of ranks counts as hung. */
  public static int deadlineSeconds() {
    return Math.max(1, Integer.getInteger(DEADLINE, DEFAULT_DEADLINE));
  }
}
