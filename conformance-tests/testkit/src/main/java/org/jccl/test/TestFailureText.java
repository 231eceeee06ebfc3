package org.jccl.test;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jccl.CleanText;
import org.jccl.RanksFailedException;
import org.jccl.RanksFailedException.RankFailure;
import org.jccl.ReportedMisuse;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** The one text of a failed test: what happened first, who else failed, how to see it again. */
final class TestFailureText {
  private static final int MAX_FRAMES = 8;
  private static final int MAX_CAUSES = 8;

  /** What is said of a rank that failed because another had. */
  private static final String CONSEQUENCE = "a consequence";

  private final TestBody body;
  private final String schedule;
  private final @Nullable Attachments attachments;
  private final UserFrames frames;

  TestFailureText(TestBody body, String schedule, @Nullable Attachments attachments) {
    this.body = body;
    this.schedule = schedule;
    this.attachments = attachments;
    this.frames = new UserFrames(body.method().getDeclaringClass());
  }

  /** A run that went through and left something behind. */
  AssertionFailedError remains(List<String> lines) {
    StringBuilder text = headline();
    lines.forEach(line -> text.append('\n').append(line.strip()));
    return finished(new AssertionFailedError(ended(text)), new StackTraceElement[0]);
  }

  /** A run in which something was thrown. An aborted assumption stays what it is. */
  Throwable thrown(Throwable thrown, FailedRanks failed) {
    List<RankFailure> failures = failures(thrown);
    Throwable first = first(thrown, failed, failures);
    if (first instanceof TestAbortedException) {
      return first;
    }
    StringBuilder text = headline();
    if (first instanceof ReportedMisuse finding) {
      text.append('\n').append(report(finding));
    } else {
      text.append('\n').append(who(first, failed, failures)).append(told(first));
    }
    others(first, failed, failures)
        .forEach((words, ranks) -> text.append('\n').append(ranks(ranks)).append(words));
    AssertionFailedError failure =
        first instanceof AssertionFailedError own && own.isExpectedDefined()
            ? new AssertionFailedError(ended(text), own.getExpected(), own.getActual())
            : new AssertionFailedError(ended(text));
    return finished(failure, frames.of(first));
  }

  /** A report without its own way to repeat it: the test's is said below. */
  private static String report(ReportedMisuse finding) {
    return CleanText.report(String.valueOf(finding.getMessage()))
        .lines()
        .filter(line -> !line.strip().startsWith("replay:"))
        .collect(Collectors.joining("\n"))
        .strip();
  }

  private StringBuilder headline() {
    StringBuilder text = new StringBuilder(body.method().getName()).append(" failed");
    return schedule.isEmpty() ? text : text.append(" with ").append(schedule);
  }

  /** Those of all ranks: an assertion that fails is thrown as it is, and carries them. */
  private static List<RankFailure> failures(Throwable thrown) {
    if (thrown instanceof RanksFailedException ranks) {
      return ranks.failures();
    }
    for (Throwable carried : thrown.getSuppressed()) {
      if (carried instanceof RanksFailedException ranks) {
        return ranks.failures();
      }
    }
    return List.of();
  }

  private static Throwable first(Throwable thrown, FailedRanks failed, List<RankFailure> failures) {
    if (!failures.isEmpty()) {
      return thrown instanceof RanksFailedException ? failures.getFirst().cause() : thrown;
    }
    return failed.all().isEmpty() ? thrown : failed.all().getFirst().cause();
  }

  private static String who(Throwable first, FailedRanks failed, List<RankFailure> failures) {
    for (RankFailure failure : failures) {
      if (failure.cause() == first) {
        return "rank " + failure.rank() + ": ";
      }
    }
    for (FailedRanks.One failure : failed.all()) {
      if (failure.cause() == first) {
        return "rank " + failure.rank() + ": ";
      }
    }
    return "";
  }

  /** The failure, its causes, and where in the user's code. */
  private String told(Throwable failure) {
    StringBuilder text = new StringBuilder();
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause.getCause()) {
      text.append(depth == 0 ? "" : "\ncaused by ").append(words(cause));
      StackTraceElement[] own = frames.of(cause);
      for (int i = 0; i < Math.min(own.length, MAX_FRAMES); i++) {
        text.append("\n    at ").append(own[i]);
      }
    }
    return text.toString();
  }

  private static String words(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    String message = CleanText.messageOf(failure);
    return message.isBlank() ? name : name + ": " + message.strip();
  }

  /** Ranks by what else they failed with, the first line of it. */
  private static Map<String, List<Integer>> others(
      Throwable first, FailedRanks failed, List<RankFailure> failures) {
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (RankFailure failure : failures) {
      if (failure.cause() != first) {
        add(
            groups,
            failure.rank(),
            failure.secondary() ? CONSEQUENCE : line(failure.cause(), first));
      }
    }
    if (failures.isEmpty()) {
      for (FailedRanks.One failure : failed.all()) {
        if (failure.cause() != first) {
          add(groups, failure.rank(), line(failure.cause(), first));
        }
      }
    }
    return groups;
  }

  private static String line(Throwable cause, Throwable first) {
    String line = words(cause).lines().findFirst().orElse("");
    return line.equals(words(first).lines().findFirst().orElse("")) ? "the same" : line;
  }

  private static void add(Map<String, List<Integer>> groups, int rank, String line) {
    List<Integer> ranks = groups.computeIfAbsent(line, none -> new ArrayList<>());
    if (!ranks.contains(rank)) {
      ranks.add(rank);
    }
  }

  private static String ranks(List<Integer> ranks) {
    List<Integer> sorted = ranks.stream().sorted().toList();
    StringBuilder text = new StringBuilder(sorted.size() == 1 ? "rank " : "ranks ");
    for (int i = 0; i < sorted.size(); i++) {
      int from = i;
      while (i + 1 < sorted.size() && sorted.get(i + 1) == sorted.get(i) + 1) {
        i++;
      }
      text.append(from == 0 ? "" : ", ").append(sorted.get(from));
      if (i > from) {
        text.append(i == from + 1 ? ", " : "–").append(sorted.get(i));
      }
    }
    return text.append(": ").toString();
  }

  private String ended(StringBuilder text) {
    if (!schedule.isEmpty()) {
      text.append("\nreplay: @RankTest(replay = \"").append(schedule).append("\")");
      text.append("\n    or: mvn test -Dtest=").append(body.selector());
      text.append(" \"-D").append(RankTestExtension.REPLAY).append('=').append(schedule);
      text.append('"');
    }
    if (attachments != null && attachments.isWritten()) {
      text.append("\nfiles:  ").append(attachments.folder());
    }
    return text.toString();
  }

  private static AssertionFailedError finished(
      AssertionFailedError failure, StackTraceElement[] trace) {
    failure.setStackTrace(trace);
    return failure;
  }
}
