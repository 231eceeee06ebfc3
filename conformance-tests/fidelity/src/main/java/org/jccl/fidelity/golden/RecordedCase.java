package org.jccl.fidelity.golden;

import java.util.List;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.MemoryKind;
import org.jspecify.annotations.Nullable;

/**
 * What was called and what came out: one call, or the calls of one group.
 *
 * @param line its number in the file
 * @param communicator number of its communicator
 * @param memory what the buffers were
 * @param parts each call with its results, in the order of issue
 */
public record RecordedCase(int line, int communicator, MemoryKind memory, List<Part> parts)
    implements Entry {
  /**
   * One call and what came out.
   *
   * @param call the call
   * @param choice how it was carried out, or null if that was not logged
   * @param results one, or one a rank: see {@link #of}
   * @param clean whether the outputs of ranks that receive nothing stayed as they were
   */
  public record Part(
      CallSpec call, @Nullable RecordedChoice choice, List<Evidence> results, boolean clean) {
    /** What {@code rank} must have got; null if its output stays as it is. */
    public @Nullable Evidence of(int rank) {
      if (!call.form().receivesAt(rank, call.root())) {
        return null;
      }
      return results.size() == 1 ? results.getFirst() : results.get(rank);
    }
  }

  /** Copies the parts. */
  public RecordedCase {
    parts = List.copyOf(parts);
  }

  /** What was called. */
  CaseCalls work() {
    return new CaseCalls(memory, parts.stream().map(Part::call).toList());
  }

  /** In words. */
  @Override
  public String toString() {
    StringBuilder words = new StringBuilder();
    for (Part part : parts) {
      words.append(words.isEmpty() ? "" : " + ").append(part.call());
    }
    return words + (memory == MemoryKind.PLAIN ? "" : " in " + Labels.of(memory) + " memory");
  }
}
