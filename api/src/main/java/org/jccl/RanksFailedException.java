package org.jccl;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One or more ranks of a {@link Ranks} run failed. The message is the whole report; the cause is
 * the failure that came first. Failures that are no consequence of it are suppressed exceptions.
 *
 * <p>Its printed trace is the report and the caller's frames. With the system property {@code
 * jccl.stacktrace=true} it is what Java prints otherwise, and no trace is shortened.
 */
public final class RanksFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * The failure of one rank.
   *
   * @param rank who
   * @param phase what the rank was at: {@code opening}, {@code running}, {@code closing}, or {@code
   *     ending} for what was found once all had ended
   * @param cause what it threw
   * @param secondary whether it is a consequence of the first failure: its communicator was
   *     aborted, a peer had left, or it was told the same report
   */
  public record RankFailure(int rank, String phase, Throwable cause, boolean secondary) {}

  private final transient List<RankFailure> failures;

  /**
   * A report over failures in their order of occurrence, at least one.
   *
   * @param cause the failure of which the report speaks, or null where it is thrown itself
   */
  RanksFailedException(String report, @Nullable Throwable cause, List<RankFailure> failures) {
    super(report, cause);
    this.failures = List.copyOf(failures);
  }

  /** {@return the failures, in their order of occurrence} */
  public List<RankFailure> failures() {
    return failures;
  }

  /** The report names the causes with their frames already. */
  @Override
  public void printStackTrace(PrintStream out) {
    if (UserCode.keepsWholeTraces()) {
      super.printStackTrace(out);
    } else {
      out.println(trace());
    }
  }

  @Override
  public void printStackTrace(PrintWriter out) {
    if (UserCode.keepsWholeTraces()) {
      super.printStackTrace(out);
    } else {
      out.println(trace());
    }
  }

  private String trace() {
    StringBuilder text = new StringBuilder(toString());
    for (StackTraceElement frame : getStackTrace()) {
      text.append("\n\tat ").append(frame);
    }
    return text.toString();
  }
}
