package org.jccl.fidelity.differential;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import org.jccl.conformance.engine.ComparisonResult;
import org.jccl.conformance.engine.Outcome;
import org.jccl.conformance.engine.SubjectComparison;
import org.jccl.conformance.harness.RuleViolation;
import org.jccl.conformance.harness.Worlds;

/** Runs lifecycle programs on a subject and on the reference and tells where they differ. */
public final class LifecycleComparison {
  private final Worlds subject;
  private final Worlds reference;

  /** Compares {@code subject} with {@code reference}. */
  public LifecycleComparison(Worlds subject, Worlds reference) {
    this.subject = subject;
    this.reference = reference;
  }

  /** Runs {@code program} on both. */
  public Outcome of(LifecycleProgram program) {
    List<List<String>> expected = notes(reference, program);
    List<List<String>> seen;
    try {
      seen = notes(subject, program);
    } catch (RuleViolation failure) {
      return Outcome.failed(subject, failure);
    }
    CRC32 crc = new CRC32();
    crc.update(seen.toString().getBytes(StandardCharsets.UTF_8));
    for (int rank = 0; rank < program.ranks(); rank++) {
      String words =
          SubjectComparison.notes(expected.get(rank), seen.get(rank), subject, reference);
      if (words != null) {
        return new Outcome(ComparisonResult.DIFFER, crc.getValue(), "rank " + rank + ": " + words);
      }
    }
    return new Outcome(ComparisonResult.AGREE, crc.getValue(), "");
  }

  /** What every rank notes, in rank order. */
  static List<List<String>> notes(Worlds worlds, LifecycleProgram program) {
    List<List<String>> seen = new ArrayList<>(Collections.nCopies(program.ranks(), List.of()));
    worlds.run(
        program.ranks(),
        rank -> {
          List<String> own = LifecyclePerformance.of(program, rank);
          synchronized (seen) {
            seen.set(rank.rank(), own);
          }
        });
    return seen;
  }
}
