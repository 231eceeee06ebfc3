package org.jccl.conformance.run;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What came out of one rule's method.
 *
 * @param method its name: {@code required_COL_10_allReduceIsTheFoldOverRanks}
 * @param outcome whether it held
 * @param millis how long it took
 * @param words the failure, or the reason it was skipped; else empty
 */
public record RuleResult(String method, Outcome outcome, long millis, String words) {
  private static final Pattern NAME = Pattern.compile("[a-z]+_([A-Z0-9]+)_(\\d+)_\\w+");

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
    Matcher name = NAME.matcher(method);
    return name.matches() ? name.group(1) + "-" + name.group(2) : method;
  }

  @Override
  public String toString() {
    return outcome + " " + rule() + " " + method + (words.isEmpty() ? "" : ": " + words);
  }
}
