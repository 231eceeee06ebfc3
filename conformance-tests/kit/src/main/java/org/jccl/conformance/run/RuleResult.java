package org.jccl.conformance.run;

import org.jccl.conformance.book.Rule;

/**
 * What came out of one rule's method.
 *
 * @param method its name: {@code required_COL_10_allReduceIsTheFoldOverRanks}
 * @param outcome whether it held
 * @param millis how long it took
 * @param words the failure, or the reason it was skipped; else empty
 */
public record RuleResult(String method, Outcome outcome, long millis, String words) {
  /** Whether a rule holds. */
  public enum Outcome {
    /** It holds. */
    HELD,
    /** It does not. */
    BROKEN,
    /** It could not be shown. */
    SKIPPED
  }

  /** The rule's id: {@code COL-10}; the method's name if that has none. */
  public String rule() {
    return Rule.idIn(method).orElse(method);
  }

  @Override
  public String toString() {
    return outcome + " " + rule() + " " + method + (words.isEmpty() ? "" : ": " + words);
  }
}
