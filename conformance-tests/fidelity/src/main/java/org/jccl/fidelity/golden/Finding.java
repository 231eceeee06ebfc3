package org.jccl.fidelity.golden;

/**
 * What became of a case, or of a rank's part in it.
 *
 * @param verdict whether it came out as recorded
 * @param words where and how it did not; empty if it did
 */
public record Finding(ReplayVerdict verdict, String words) {
  /** As recorded. */
  static final Finding EQUAL = new Finding(ReplayVerdict.EQUAL, "");

  static Finding different(String words) {
    return new Finding(ReplayVerdict.DIFFERENT, words);
  }

  /** The worse of two, the first of them if they are alike. */
  Finding or(Finding other) {
    return other.verdict.compareTo(verdict) > 0 ? other : this;
  }
}
