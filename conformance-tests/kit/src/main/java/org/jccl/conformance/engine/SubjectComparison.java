package org.jccl.conformance.engine;

import java.util.ArrayList;
import java.util.List;
import org.jccl.conformance.cases.Inputs;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.engine.Runner.Failures;
import org.jccl.conformance.harness.RuleViolation;
import org.jccl.conformance.harness.Worlds;
import org.jspecify.annotations.Nullable;

/** Runs programs on a subject and on the reference and tells where they differ. */
public final class SubjectComparison {
  private final Worlds subject;
  private final Worlds reference;
  private final Failures failures;
  private final HostRoom images = new HostRoom();
  private final HostRoom expectedRoom = new HostRoom();
  private final HostRoom seenRoom = new HostRoom();

  /** Compares {@code subject} with {@code reference}. */
  public SubjectComparison(Worlds subject, Worlds reference, Failures failures) {
    this.subject = subject;
    this.reference = reference;
    this.failures = failures;
  }

  /** Runs {@code program} on both. */
  public Outcome of(Program program) {
    Prepared prepared = Prepared.of(program, Inputs.GENERATED, images);
    List<Observation> expected;
    try {
      expected = Runner.run(reference, prepared, failures, expectedRoom);
    } catch (RuleViolation failure) {
      return Outcome.failed(reference, failure);
    }
    List<Observation> seen;
    try {
      seen = Runner.run(subject, prepared, failures, seenRoom);
    } catch (RuleViolation failure) {
      return Outcome.failed(subject, failure);
    }
    return compared(prepared, expected, seen);
  }

  private Outcome compared(Prepared prepared, List<Observation> expected, List<Observation> seen) {
    ComparisonResult verdict = ComparisonResult.AGREE;
    List<String> words = new ArrayList<>();
    for (int rank = 0; rank < seen.size(); rank++) {
      Observation one = expected.get(rank);
      Observation other = seen.get(rank);
      String notes = notes(one.notes(), other.notes(), subject, reference);
      ComparisonResult own = ComparisonResult.DIFFER;
      if (notes != null) {
        notes = "rank " + rank + ": " + notes;
      } else {
        MemoryDifference memory =
            new MemoryDifference(prepared.plans().get(rank), one.memory(), other.memory());
        own = memory.verdict();
        notes =
            own == ComparisonResult.AGREE
                ? ""
                : memory.words(reference.subject().name(), subject.subject().name());
      }
      if (own.compareTo(verdict) > 0) {
        verdict = own;
        words.clear(); // of NaNs that are only encoded otherwise
      }
      if (own == verdict && own != ComparisonResult.AGREE) {
        words.add(notes);
      }
    }
    return new Outcome(verdict, Observation.hash(seen), String.join("\n", words));
  }

  /** Where two lists of results differ first, or null. */
  public static @Nullable String notes(
      List<String> expected, List<String> seen, Worlds subject, Worlds reference) {
    String by = subject.subject().name();
    String on = " on " + reference.subject().name();
    for (int i = 0; i < Math.min(expected.size(), seen.size()); i++) {
      if (!expected.get(i).equals(seen.get(i))) {
        return "step " + expected.get(i) + on + "; " + by + ": " + seen.get(i);
      }
    }
    return expected.size() == seen.size()
        ? null
        : seen.size() + " results of " + by + ", " + expected.size() + on;
  }
}
