package org.jccl.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jccl.FailureReport;
import org.jccl.ReportedMisuse;
import org.jccl.UserCode;
import org.jccl.sim.faults.StruckFault;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.MultipleFailuresError;
import org.opentest4j.TestAbortedException;

/** The one text of a failed test: what went wrong, who else failed, how to see it again. */
final class TestFailureText {
  private static final int MAX_FINDINGS = 4;
  private static final int MAX_LINKS = 16;

  private final TestBody body;
  private final String schedule;
  private final List<StruckFault> struck;
  private final @Nullable Attachments attachments;
  private String note = "";

  /** {@code struck} are the faults of a plan; the first one is the first cause of all else. */
  TestFailureText(
      TestBody body, String schedule, List<StruckFault> struck, @Nullable Attachments attachments) {
    this.body = body;
    this.schedule = schedule;
    this.struck = struck;
    this.attachments = attachments;
  }

  /** What else there is to know of the replay. */
  void note(String words) {
    note = words;
  }

  /** A run that went through and left something behind: reports, and what else in a line each. */
  AssertionFailedError remains(List<ReportedMisuse> findings, List<String> lines) {
    StringBuilder text = headline();
    findings.stream()
        .limit(MAX_FINDINGS)
        .forEach(found -> text.append('\n').append(FailureReport.forTest(found)));
    if (findings.size() > MAX_FINDINGS) {
      text.append("\n… and ").append(findings.size() - MAX_FINDINGS).append(" more reports");
    }
    lines.forEach(line -> text.append('\n').append(line.strip()));
    AssertionFailedError failure = new AssertionFailedError(ended(text));
    failure.setStackTrace(
        findings.isEmpty() ? new StackTraceElement[0] : usersFrames(findings.getFirst()));
    return failure;
  }

  /**
   * A run in which something was thrown, by the test or before by threads that it started, and what
   * had been found until then. An assumption that does not hold stays what it is.
   */
  Throwable thrown(
      @Nullable Throwable byTest, List<Uncaught.One> byThreads, List<ReportedMisuse> before) {
    List<Throwable> all = new ArrayList<>();
    byThreads.forEach(one -> all.add(one.cause()));
    if (byTest != null) {
      all.add(byTest);
    }
    Throwable first =
        FailureReport.firstOf(
            byThreads.isEmpty()
                ? all.getFirst()
                : FailureReport.firstOf(all.subList(0, byThreads.size())));
    if (first instanceof TestAbortedException) {
      return first;
    }
    StringBuilder text = headline();
    if (!(first instanceof ReportedMisuse)) {
      before.stream()
          .filter(found -> all.stream().noneMatch(one -> isBehind(one, found)))
          .limit(MAX_FINDINGS)
          .forEach(found -> text.append('\n').append(FailureReport.forTest(found)));
    }
    if (!byThreads.isEmpty()) {
      List<String> names = byThreads.stream().map(Uncaught.One::thread).toList();
      text.append('\n').append(FailureReport.forTest(names, all.subList(0, names.size())));
    }
    if (byTest != null) {
      text.append('\n').append(byThreads.isEmpty() ? "" : "then the test: ");
      text.append(FailureReport.forTest(byTest));
    }
    Throwable failure = asTestFailure(ended(text), first);
    failure.setStackTrace(usersFrames(first));
    return failure;
  }

  /** What tools make a difference of, or several failures, they still can. */
  private static Throwable asTestFailure(String text, Throwable first) {
    for (Throwable link : links(first)) {
      if (link instanceof AssertionFailedError own && own.isExpectedDefined()) {
        return new AssertionFailedError(text, own.getExpected(), own.getActual());
      }
      if (link instanceof MultipleFailuresError several && several.hasFailures()) {
        return new SeveralFailures(text, several.getFailures());
      }
      if (Comparison.of(link) instanceof Comparison found) {
        return new AssertionFailedError(text, found.expected(), found.actual());
      }
    }
    return new AssertionFailedError(text);
  }

  private static boolean isBehind(Throwable failure, ReportedMisuse found) {
    return Stream.of(failure, FailureReport.firstOf(failure))
        .flatMap(one -> links(one).stream())
        // Each thread is thrown a report of its own, with the same words.
        .anyMatch(link -> Objects.equals(link.getMessage(), found.getMessage()));
  }

  private static List<Throwable> links(Throwable failure) {
    List<Throwable> links = new ArrayList<>();
    Throwable link = failure;
    while (link != null && links.size() < MAX_LINKS) {
      links.add(link);
      link = UserCode.causeOf(link);
    }
    return links;
  }

  private static StackTraceElement[] usersFrames(Throwable failure) {
    return Stream.of(UserCode.traceOf(failure))
        // What called the kit is a tool: JUnit, Maven, an IDE.
        .takeWhile(frame -> !frame.getClassName().equals(TestBody.class.getName()))
        .filter(UserCode::isUser)
        .toArray(StackTraceElement[]::new);
  }

  private StringBuilder headline() {
    StringBuilder text = new StringBuilder(body.method().getName()).append(" failed");
    return schedule.isEmpty() ? text : text.append(" with ").append(schedule);
  }

  private String ended(StringBuilder text) {
    int at = headline().length();
    for (StruckFault fault : struck) {
      String words = fault.toString();
      if (text.indexOf(words.lines().findFirst().orElse(words)) < 0) {
        String line = (fault == struck.getFirst() ? "\nfirst cause: " : "\nthen: ") + words;
        text.insert(at, line);
        at += line.length();
      }
    }
    if (!schedule.isEmpty()) {
      text.append("\nreplay: @RankTest(replay = \"").append(schedule).append("\")");
      text.append("\n    or: mvn test ").append(body.selection());
      text.append(" \"-D").append(Schedule.REPLAY_PROPERTY).append('=').append(schedule);
      text.append('"');
    }
    if (!note.isEmpty()) {
      text.append("\nnote:   ").append(note);
    }
    if (attachments != null && attachments.isWritten()) {
      text.append("\nfiles:  ").append(attachments.folder());
    }
    return text.toString();
  }

  /** Several failures with one text, which ends as that of one failure does. */
  private static final class SeveralFailures extends MultipleFailuresError {
    private static final long serialVersionUID = 1L;

    private final String text;

    SeveralFailures(String text, List<Throwable> failures) {
      super(text, failures);
      this.text = text;
    }

    @Override
    public String getMessage() {
      return text;
    }
  }

  /**
   * The difference that JUnit 4's exception has, and those that extend it.
   *
   * @param expected what the test expected
   * @param actual what it got
   */
  private record Comparison(@Nullable Object expected, @Nullable Object actual) {
    static @Nullable Comparison of(Throwable failure) {
      for (Class<?> type = failure.getClass(); type != null; type = type.getSuperclass()) {
        if (type.getSimpleName().equals("ComparisonFailure") && type.getName().contains("junit")) {
          try {
            return new Comparison(
                type.getMethod("getExpected").invoke(failure),
                type.getMethod("getActual").invoke(failure));
          } catch (ReflectiveOperationException other) {
            return null;
          }
        }
      }
      return null;
    }
  }
}
