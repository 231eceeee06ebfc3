package org.jccl.benchmarks.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jccl.file.BoundedFile;
import org.jspecify.annotations.Nullable;

/** Where two traces of simulated runs part: the first line that differs, and what led to it. */
public final class TraceComparison {
  private static final int BEFORE = 5;

  private final boolean same;
  private final String words;

  private TraceComparison(boolean same, String words) {
    this.same = same;
    this.words = words;
  }

  /**
   * Compares two files line by line; they may be large.
   *
   * @throws IOException if one cannot be read
   */
  public static TraceComparison of(Path first, Path second) throws IOException {
    try (BoundedFile a = BoundedFile.openLines(first);
        BoundedFile b = BoundedFile.openLines(second)) {
      Deque<String> before = new ArrayDeque<>();
      for (long number = 1; ; number++) {
        String one = a.readLine();
        String other = b.readLine();
        if (!Objects.equals(one, other)) {
          return new TraceComparison(false, difference(first, one, second, other, number, before));
        }
        if (one == null) {
          return new TraceComparison(true, "the same " + (number - 1) + " events");
        }
        if (before.size() == BEFORE) {
          before.removeFirst();
        }
        before.addLast(one);
      }
    }
  }

  private static String difference(
      Path first,
      @Nullable String one,
      Path second,
      @Nullable String other,
      long number,
      Deque<String> before) {
    StringBuilder text = new StringBuilder("the runs part at event ").append(number).append('\n');
    long at = number - before.size();
    for (String line : before) {
      text.append("  ").append(at++).append("  both: ").append(line).append('\n');
    }
    text.append("  ").append(number).append("  ").append(first).append(": ").append(told(one));
    text.append("\n  ").append(number).append("  ").append(second).append(": ").append(told(other));
    return text.toString();
  }

  private static String told(@Nullable String line) {
    return line == null ? "ends here" : line;
  }

  /** Whether they are equal to the end. */
  public boolean isSame() {
    return same;
  }

  /** The outcome, for people. */
  public String words() {
    return words;
  }
}
