package org.jccl.sim.explore;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.FailureReport;
import org.jccl.MisuseKind;
import org.jccl.RanksFailedException;
import org.jccl.ReportedMisuse;
import org.jccl.UserCode;
import org.jspecify.annotations.Nullable;

/**
 * What came of one schedule.
 *
 * @param choices repeats it
 * @param findings what the simulator has reported, warnings too
 * @param thrown what the program threw, or null
 * @param leaks what was left open
 * @param result what the program gave back, or null
 */
public record ExploredRun(
    ChoiceStream choices,
    List<ReportedMisuse> findings,
    @Nullable Throwable thrown,
    List<String> leaks,
    @Nullable Object result) {
  /** A line of a source file as reports and stack traces name it. */
  private static final Pattern LINE = Pattern.compile("[\\w$]+\\.\\w+:\\d+");

  /** {@return whether anything was wrong: an exception, a finding, something left open} */
  public boolean isFailed() {
    return thrown != null || !findings.isEmpty() || !leaks.isEmpty();
  }

  /** {@return the kinds of what was reported, in their order, each once} */
  public List<MisuseKind> kinds() {
    return List.copyOf(new TreeSet<>(findings.stream().map(ReportedMisuse::kind).toList()));
  }

  /**
   * {@return what came of it in a few words, equal for runs that failed of the same: the kinds that
   * were reported, or the class of what was thrown}
   */
  public String verdict() {
    if (!findings.isEmpty()) {
      return kinds().toString();
    }
    Throwable failure = thrown;
    if (failure != null) {
      return root(failure).getClass().getSimpleName();
    }
    return leaks.isEmpty() ? "passed" : "LEAK";
  }

  /**
   * {@return the verdict and the lines of the program that the first report names, or where what
   * was thrown came from: equal for runs that failed of the same at the same place}
   */
  public String failure() {
    Throwable failure = thrown;
    if (findings.isEmpty() && failure != null) {
      return verdict()
          + Stream.of(root(failure).getStackTrace())
              .filter(UserCode::isUser)
              .findFirst()
              .map(frame -> " at " + frame)
              .orElse("");
    }
    return verdict() + (findings.isEmpty() ? "" : lines(report(findings.getFirst())));
  }

  private static String lines(String report) {
    return LINE.matcher(report)
        .results()
        .map(MatchResult::group)
        .distinct()
        .sorted()
        .collect(Collectors.joining(", ", " at ", ""));
  }

  private static String report(ReportedMisuse finding) {
    return String.valueOf(finding.getMessage());
  }

  private static Throwable root(Throwable failure) {
    Throwable at = failure;
    Throwable cause = UserCode.causeOf(at);
    for (int link = 0; cause != null && link < 64; link++) {
      at = cause;
      cause = UserCode.causeOf(at);
    }
    return at;
  }

  /** {@return the verdict and the result: what two schedules have in common or not} */
  public String outcome() {
    return result == null ? verdict() : verdict() + " " + result;
  }

  /**
   * Throws if it is a failure, with the whole report.
   *
   * @throws AssertionError if anything was wrong
   */
  public void throwIfFailed() {
    if (isFailed()) {
      throw new AssertionError(report(), thrown);
    }
  }

  /** {@return the whole report of a failure, for people} */
  public String report() {
    Throwable failure = thrown;
    if (failure != null) {
      return failure instanceof RanksFailedException
          ? String.valueOf(failure.getMessage())
          : FailureReport.forTest(failure);
    }
    if (!findings.isEmpty()) {
      return report(findings.getFirst());
    }
    return leaks.isEmpty() ? "passed" : "left open:\n  " + String.join("\n  ", leaks);
  }
}
