package org.jccl.benchmarks.jmh;

/** Names that the fields of {@link CallTime} have among JMH's secondary results. */
public final class CallResults {
  /** Of {@link CallTime#micros}. */
  public static final String MICROS = "micros";

  /** Of {@link CallTime#openMillis}. */
  public static final String OPEN_MILLIS = "openMillis";

  /** Of {@link CallTime#calls}. */
  public static final String CALLS = "calls";

  private CallResults() {}
}
