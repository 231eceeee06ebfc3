package org.jccl.fidelity.golden;

import org.jccl.conformance.cases.CallForm;

/**
 * A time.
 *
 * @param line its number in the file
 * @param communicator number of its communicator
 * @param source whether it was measured or estimated
 * @param form of f32 sums to root 0
 * @param count NCCL's count argument
 * @param bytes that it stands for
 * @param micros microseconds
 */
public record RecordedMicros(
    int line, int communicator, Source source, CallForm form, long count, long bytes, double micros)
    implements Entry {
  /** Where a time comes from. */
  public enum Source {
    /** A clock. */
    MEASURED("time"),
    /** {@code ncclGroupSimulateEnd}. */
    ESTIMATED("sim");

    private final String label;

    Source(String label) {
      this.label = label;
    }

    /** The type of such lines. */
    public String label() {
      return label;
    }
  }
}
