package org.jccl.conformance.engine;

import org.jccl.conformance.harness.RuleViolation;
import org.jccl.conformance.harness.Worlds;

/**
 * What came of a program that was run on two subjects.
 *
 * @param hash of all that the subject observed; 0 if it failed
 * @param words what is different, or empty
 */
public record Outcome(ComparisonResult verdict, long hash, String words) {
  /** One of the two failed. */
  public static Outcome failed(Worlds worlds, RuleViolation failure) {
    return new Outcome(
        ComparisonResult.FAILED, 0, worlds.subject().name() + " failed: " + failure.getMessage());
  }
}
