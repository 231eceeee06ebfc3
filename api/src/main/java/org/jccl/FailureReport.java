package org.jccl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jccl.RanksFailedException.RankFailure;
import org.jspecify.annotations.Nullable;

/**
 * Words for what went wrong in a run: the first failure in full, what is no consequence of it in
 * short, the consequences in one line, and what replays the run.
 */
final class FailureReport {
  private static final int MAX_CAUSES = 16;
  private static final int MAX_FRAMES = 4;
  private static final int MAX_FAILURES = 4;
  private static final int MAX_RANKS = 16;

  /** What test frameworks throw to say that a test does not apply here: no failure. */
  private static final Set<String> SKIPS =
      Set.of(
          "org.opentest4j.IncompleteExecutionException",
          "org.junit.internal.AssumptionViolatedException",
          "org.testng.SkipException");

  private final String backend;

  /** What replays the run, or what it ran on. */
  private final String replay;

  /** What was made to go wrong on purpose. */
  private final List<String> planned;

  private final int worldSize;
  private final List<RankFailure> failures;
  private final RankFailure first;

  private FailureReport(Backend backend, int worldSize, List<RankFailure> failures) {
    this.backend = backend.name();
    String own = backend.rankHost().replay();
    this.replay = own.isEmpty() ? "on: " + backend.description() : "replay: " + own;
    this.planned = backend.rankHost().causes();
    this.worldSize = worldSize;
    this.failures = failures;
    this.first = failures.stream().filter(FailureReport::isReal).findFirst().orElse(firstOf());
  }

  private RankFailure firstOf() {
    return failures.getFirst();
  }

  /**
   * What a run with these failures throws: an assertion that failed, or an assumption that does not
   * hold, as it is, so that a test framework sees what it knows, with the report as a suppressed
   * exception; for all else the report.
   */
  static Throwable toThrow(
      Backend backend, int worldSize, List<RankFailure> failures, @Nullable Throwable hostFailure) {
    return new FailureReport(backend, worldSize, failures).toThrow(hostFailure);
  }

  private Throwable toThrow(@Nullable Throwable hostFailure) {
    failures.forEach(failure -> UserCode.trim(failure.cause()));
    Throwable cause = first.cause();
    boolean isVerdict = isVerdictOfTest(cause) && first.phase().equals(RankRun.RUNNING);
    RanksFailedException report =
        new RanksFailedException(text(isVerdict), isVerdict ? null : printable(cause), failures);
    UserCode.trimForCaller(report);
    failures.stream()
        .filter(failure -> failure != first && isReal(failure) && failure.cause() != cause)
        .limit(MAX_FAILURES)
        .forEach(failure -> report.addSuppressed(failure.cause()));
    if (hostFailure != null) {
      report.addSuppressed(hostFailure);
    }
    if (isVerdict) {
      cause.addSuppressed(report);
      return cause;
    }
    return report;
  }

  /** Printing a trace asks each cause for its words: one that throws then would hide the report. */
  private static Throwable printable(Throwable cause) {
    try {
      if (cause.toString() != null) {
        return cause;
      }
    } catch (RuntimeException | Error broken) {
      // It is replaced below.
    }
    Throwable instead = new IllegalStateException(CleanText.of(cause));
    instead.setStackTrace(UserCode.frames(cause, MAX_CAUSES).toArray(StackTraceElement[]::new));
    return instead;
  }

  private static boolean isReal(RankFailure failure) {
    return !failure.secondary() && !isSkip(failure.cause());
  }

  /** A simulator's report ends with that line itself. */
  private static boolean isReport(Throwable failure) {
    return failure instanceof ReportedMisuse
        || causes(failure).stream().anyMatch(ReportedMisuse.class::isInstance);
  }

  private static boolean isVerdictOfTest(Throwable cause) {
    return cause instanceof AssertionError || isSkip(cause);
  }

  private static boolean isSkip(Throwable cause) {
    for (Class<?> type = cause.getClass(); type != null; type = type.getSuperclass()) {
      if (SKIPS.contains(type.getName())) {
        return cause instanceof RuntimeException;
      }
    }
    return false;
  }

  // ---------------------------------------------------------------- the words

  private String text(boolean firstIsTold) {
    StringBuilder text = new StringBuilder(head());
    appendPlanned(text);
    int number = 1;
    int left = 0;
    for (Map.Entry<String, List<RankFailure>> same : byWords().entrySet()) {
      if (number > MAX_FAILURES) {
        left += same.getValue().size();
        continue;
      }
      text.append("\n  ").append(number).append(". ");
      boolean whole = number == 1 && !firstIsTold;
      append(text, same.getValue(), same.getKey(), whole);
      number++;
    }
    if (left > 0) {
      text.append("\n  … and ").append(left).append(" other failures");
    }
    appendConsequences(text);
    appendLeft(text);
    if (firstIsTold || !isReport(first.cause())) {
      text.append("\n  ").append(CleanText.line(replay));
    }
    return text.toString();
  }

  private void appendPlanned(StringBuilder text) {
    String told = CleanText.of(first.cause());
    for (String cause : planned) {
      if (!told.contains(cause.lines().findFirst().orElse(cause))) {
        text.append("\n  ").append(CleanText.report(cause).replace("\n", "\n  "));
      }
    }
  }

  private String head() {
    long ranks = failures.stream().map(RankFailure::rank).distinct().count();
    return "rank "
        + first.rank()
        + "/"
        + worldSize
        + " failed first, "
        + ranks
        + " of "
        + worldSize
        + (ranks == 1 ? " rank failed" : " ranks failed")
        + " (backend "
        + backend
        + ")";
  }

  /** Those that are no consequences, the first one first, by what they say. */
  private Map<String, List<RankFailure>> byWords() {
    Map<String, List<RankFailure>> said = new LinkedHashMap<>();
    said.put(CleanText.of(first.cause()), new ArrayList<>(List.of(first)));
    for (RankFailure failure : failures) {
      if (failure != first && isReal(failure)) {
        said.computeIfAbsent(CleanText.of(failure.cause()), words -> new ArrayList<>())
            .add(failure);
      }
    }
    return said;
  }

  private void append(StringBuilder text, List<RankFailure> same, String words, boolean whole) {
    RankFailure one = same.getFirst();
    text.append("rank ").append(one.rank()).append(", ").append(one.phase()).append(": ");
    text.append(whole ? indented(words) : CleanText.firstLine(words));
    appendFrames(text, one.cause(), words, whole ? MAX_FRAMES : 1);
    if (whole) {
      appendCauses(text, one.cause());
    }
    if (same.size() > 1) {
      text.append("\n     the same: ").append(ranks(same.subList(1, same.size())));
    }
  }

  /** The user's frames, if the words do not quote them already. */
  private static void appendFrames(StringBuilder text, Throwable failure, String said, int most) {
    List<StackTraceElement> frames = UserCode.frames(failure, most);
    if (frames.isEmpty() && !(failure instanceof ReportedMisuse)) {
      frames = UserCode.allFrames(failure, most);
    }
    if (frames.stream().noneMatch(frame -> said.contains(frame.toString()))) {
      for (StackTraceElement frame : frames) {
        text.append("\n       at ").append(CleanText.line(frame.toString()));
      }
    }
  }

  private static void appendCauses(StringBuilder text, Throwable failure) {
    for (Throwable cause : causes(failure)) {
      String words = CleanText.of(cause);
      text.append("\n     caused by ").append(indented(words));
      appendFrames(text, cause, words, 1);
    }
  }

  private void appendConsequences(StringBuilder text) {
    List<RankFailure> after =
        failures.stream().filter(one -> one != first && !isReal(one) && !isLeft(one)).toList();
    if (!after.isEmpty()) {
      String kinds =
          after.stream()
              .map(
                  one ->
                      CleanText.of(one.cause()).equals(CleanText.of(first.cause()))
                          ? "the same"
                          : kindOf(one.cause()))
              .distinct()
              .limit(MAX_FAILURES)
              .collect(Collectors.joining(", "));
      text.append("\n  consequences: ").append(ranks(after)).append(" (").append(kinds).append(')');
    }
  }

  /** The ranks whose threads do not end, and where they are. */
  private void appendLeft(StringBuilder text) {
    failures.stream()
        .filter(one -> one != first && isLeft(one))
        .limit(MAX_RANKS)
        .forEach(
            one -> {
              text.append("\n  left behind: ")
                  .append(CleanText.line(String.valueOf(one.cause().getMessage())));
              appendFrames(text, one.cause(), "", 1);
            });
  }

  private static boolean isLeft(RankFailure failure) {
    return failure.phase().equals(RankRun.LEFT);
  }

  private static String kindOf(Throwable failure) {
    return CleanText.line(failure.getClass().getSimpleName());
  }

  private static String ranks(List<RankFailure> failures) {
    Set<Integer> ranks = new TreeSet<>();
    failures.forEach(failure -> ranks.add(failure.rank()));
    String list =
        ranks.stream().limit(MAX_RANKS).map(String::valueOf).collect(Collectors.joining(", "));
    return (ranks.size() == 1 ? "rank " : "ranks ")
        + list
        + (ranks.size() > MAX_RANKS ? " and " + (ranks.size() - MAX_RANKS) + " more" : "");
  }

  private static String indented(String words) {
    return words.strip().replace("\n", "\n     ");
  }

  // ---------------------------------------------------------------- what follows from what

  /**
   * Whether a failure that came after {@code first} looks like its consequence: an aborted or
   * closed communicator, a peer that left or is late, a wait that the run ended, what a simulator
   * found when the run had failed already.
   */
  static boolean isConsequence(Throwable failure, @Nullable Throwable first) {
    List<Throwable> chain = new ArrayList<>(causes(failure));
    chain.add(failure);
    return failure == first || chain.stream().anyMatch(FailureReport::tellsOfAnother);
  }

  private static boolean tellsOfAnother(Throwable one) {
    return one instanceof InterruptedException
        || one instanceof ReportedMisuse
        || (one instanceof IllegalStateException && UserCode.isThrownByLibrary(one))
        || (one instanceof CollectiveException known
            && (known.code() == ResultCode.REMOTE_ERROR || known.code() == ResultCode.TIMEOUT));
  }

  /** The causes below {@code failure}, without looping for ever on a cyclic chain. */
  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    Throwable cause = UserCode.causeOf(failure);
    while (cause != null && chain.size() < MAX_CAUSES) {
      chain.add(cause);
      cause = UserCode.causeOf(cause);
    }
    return chain;
  }
}
