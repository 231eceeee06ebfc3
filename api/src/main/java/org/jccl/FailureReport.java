package org.jccl;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jccl.RanksFailedException.RankFailure;
import org.jspecify.annotations.Nullable;

/**
 * Words for what went wrong in a run: the first failure in full, what is no consequence of it in
 * short, the consequences in one line, and what replays the run.
 */
public final class FailureReport {
  private static final int MAX_CAUSES = 16;
  private static final String SAME = "the same";
  private static final int MAX_FRAMES = 4;
  private static final int MAX_FRAMES_FOR_TESTS = 8;
  private static final int MAX_FAILURES = 4;
  private static final int MAX_RANKS = 16;

  /** What test frameworks throw to say that a test does not apply here: no failure. */
  private static final Set<String> SKIPS =
      Set.of(
          "org.opentest4j.IncompleteExecutionException",
          "org.junit.internal.AssumptionViolatedException",
          "org.testng.SkipException");

  /** The rank of a failure that is no rank's. */
  private static final int NOBODY = -1;

  private final List<RankFailure> failures;
  private final RankFailure first;

  private FailureReport(List<RankFailure> failures) {
    this.failures = failures;
    this.first =
        failures.stream().filter(FailureReport::isReal).findFirst().orElseGet(failures::getFirst);
  }

  /** The failures of the run of which a failure tells, wherever it has them; else it alone. */
  private static List<RankFailure> told(Throwable thrown) {
    List<Throwable> chain = new ArrayList<>(List.of(thrown));
    chain.addAll(causes(thrown));
    for (Throwable one : chain) {
      if (one instanceof RanksFailedException ranks) {
        return ranks.failures();
      }
      for (Throwable carried : one.getSuppressed()) {
        if (carried instanceof RanksFailedException ranks) {
          return ranks.failures();
        }
      }
    }
    return List.of(new RankFailure(NOBODY, RankRun.RUNNING, thrown, false));
  }

  /**
   * {@return what a test framework shows: the first failure in full, in short who else failed with
   * what; the first line is what went wrong, and nothing says how to repeat it}
   *
   * @param thrown what {@link Ranks#run} has thrown, or any other failure
   */
  public static String forTest(Throwable thrown) {
    return textForTest(new FailureReport(told(thrown)), FailureReport::ranks);
  }

  /**
   * {@return the same for threads that a program has started itself}
   *
   * @param names the threads' names
   * @param thrown what each of them has thrown, as many; see {@link #firstOf(List)}
   */
  public static String forTest(List<String> names, List<Throwable> thrown) {
    Throwable first = firstOf(thrown);
    List<RankFailure> failures = new ArrayList<>();
    for (int i = 0; i < thrown.size(); i++) {
      boolean follows = thrown.get(i) != first && isConsequence(thrown.get(i), first);
      failures.add(new RankFailure(i, RankRun.RUNNING, thrown.get(i), follows));
    }
    return textForTest(
        new FailureReport(failures),
        some ->
            some.stream()
                .map(one -> "'" + CleanText.line(names.get(one.rank())) + "'")
                .limit(MAX_RANKS)
                .collect(Collectors.joining(", ", some.size() == 1 ? "thread " : "threads ", "")));
  }

  /**
   * {@return the failure from which the others followed}
   *
   * @param thrown what {@link Ranks#run} has thrown, or any other failure
   */
  public static Throwable firstOf(Throwable thrown) {
    return unwrapped(new FailureReport(told(thrown)).first.cause());
  }

  /**
   * {@return the failure from which the others followed: threads end in any order, so it is the
   * first that does not tell of another rank itself}
   *
   * @param thrown what threads have thrown, in the order of their ends; at least one
   */
  public static Throwable firstOf(List<Throwable> thrown) {
    return thrown.stream().filter(one -> !mayFollow(one)).findFirst().orElseGet(thrown::getFirst);
  }

  /** What is behind failures that say nothing themselves. */
  private static Throwable unwrapped(Throwable failure) {
    Throwable at = failure;
    for (int link = 0; link < MAX_CAUSES; link++) {
      Throwable cause = UserCode.causeOf(at);
      if (cause == null
          || !(at instanceof ExecutionException
              || at instanceof CompletionException
              || at instanceof InvocationTargetException)) {
        return at;
      }
      at = cause;
    }
    return at;
  }

  /**
   * What a run with these failures throws: an assertion that failed, or an assumption that does not
   * hold, as it is, so that a test framework sees what it knows, with the report as a suppressed
   * exception; for all else the report.
   */
  static Throwable toThrow(
      Backend backend, int worldSize, List<RankFailure> failures, @Nullable Throwable hostFailure) {
    return new FailureReport(failures).toThrow(backend, worldSize, hostFailure);
  }

  private Throwable toThrow(Backend backend, int worldSize, @Nullable Throwable hostFailure) {
    failures.forEach(failure -> UserCode.trim(failure.cause()));
    Throwable cause = first.cause();
    boolean isVerdict = isVerdictOfTest(cause) && first.phase().equals(RankRun.RUNNING);
    RanksFailedException report =
        new RanksFailedException(
            text(backend, worldSize, isVerdict), isVerdict ? null : printable(cause), failures);
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

  private String text(Backend backend, int worldSize, boolean firstIsTold) {
    StringBuilder text = new StringBuilder(head(backend, worldSize));
    appendPlanned(text, backend.rankHost().causes());
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
    appendConsequences(text, "\n  ", FailureReport::ranks);
    appendLeft(text, "\n  ");
    if (firstIsTold || !isReport(first.cause())) {
      String own = backend.rankHost().replay();
      String replay = own.isEmpty() ? "on: " + backend.description() : "replay: " + own;
      text.append("\n  ").append(CleanText.line(replay));
    }
    return text.toString();
  }

  private void appendPlanned(StringBuilder text, List<String> planned) {
    String told = CleanText.of(first.cause());
    for (String cause : planned) {
      if (!told.contains(cause.lines().findFirst().orElse(cause))) {
        text.append("\n  ").append(CleanText.report(cause).replace("\n", "\n  "));
      }
    }
  }

  private static String textForTest(FailureReport report, Function<List<RankFailure>, String> who) {
    StringBuilder text = new StringBuilder();
    List<RankFailure> others = new ArrayList<>();
    int groups = 0;
    for (List<RankFailure> same : report.byWords().values()) {
      if (groups++ >= MAX_FAILURES) {
        others.addAll(same);
        continue;
      }
      RankFailure one = same.getFirst();
      Throwable cause = unwrapped(one.cause());
      String words = withoutPackage(cause, CleanText.of(cause));
      String begin = one.rank() == NOBODY ? "" : who.apply(List.of(one)) + phase(one) + ": ";
      if (one != report.first) {
        text.append('\n').append(one.rank() == NOBODY ? "" : who.apply(same) + phase(one) + ": ");
        text.append(CleanText.firstLine(words));
        appendFrames(text, cause, words, 1, "    ");
        continue;
      }
      Throwable finding = finding(cause);
      if (finding == null) {
        text.append(begin).append(words.strip());
        appendFrames(text, cause, words, MAX_FRAMES_FOR_TESTS, "    ");
        appendCauses(text, cause, MAX_FRAMES_FOR_TESTS, "");
      } else {
        String told = withoutReplay(withoutPackage(finding, ""));
        text.append(told);
        if (finding == cause) {
          StringBuilder frames = new StringBuilder();
          appendFrames(frames, finding, told, MAX_FRAMES_FOR_TESTS, "    ");
          if (!frames.isEmpty()) {
            text.append("\n  thrown");
            text.append(one.rank() == NOBODY ? "" : " in " + who.apply(List.of(one)) + phase(one));
            text.append(':').append(frames);
          }
        } else {
          text.append('\n').append(begin).append("failed with it");
        }
      }
      if (same.size() > 1) {
        text.append('\n').append(who.apply(same.subList(1, same.size()))).append(": the same");
      }
    }
    if (!others.isEmpty()) {
      text.append('\n').append(who.apply(others)).append(": each another failure");
    }
    report.appendConsequences(text, "\n", who);
    report.appendLeft(text, "\n");
    return text.toString();
  }

  /** The simulator's report from which a failure comes, or null. */
  private static @Nullable Throwable finding(Throwable failure) {
    return failure instanceof ReportedMisuse
        ? failure
        : causes(failure).stream()
            .filter(ReportedMisuse.class::isInstance)
            .findFirst()
            .orElse(null);
  }

  private static String phase(RankFailure one) {
    return one.phase().equals(RankRun.RUNNING) ? "" : ", " + one.phase();
  }

  private static String withoutPackage(Throwable failure, String words) {
    if (failure instanceof ReportedMisuse) {
      return CleanText.report(String.valueOf(failure.getMessage()));
    }
    String name = failure.getClass().getName();
    return words.startsWith(name) ? words.substring(name.lastIndexOf('.') + 1) : words;
  }

  /** The test framework's own way to repeat a run is another one than a report's. */
  private static String withoutReplay(String words) {
    return words
        .lines()
        .filter(line -> !line.strip().startsWith("replay: "))
        .collect(Collectors.joining("\n"))
        .strip();
  }

  private String head(Backend backend, int worldSize) {
    long ranks = failures.stream().map(RankFailure::rank).distinct().count();
    return "rank "
        + first.rank()
        + "/"
        + worldSize
        + " failed first, "
        + ranks
        + " of "
        + worldSize
        + (worldSize == 1 ? " rank failed" : " ranks failed")
        + " (backend "
        + backend.name()
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
    appendFrames(text, one.cause(), words, whole ? MAX_FRAMES : 1, "       ");
    if (whole) {
      appendCauses(text, one.cause(), 1, "     ");
    }
    if (same.size() > 1) {
      text.append("\n     the same: ").append(ranks(same.subList(1, same.size())));
    }
  }

  /** The user's frames, if the words do not quote them already. */
  private static void appendFrames(
      StringBuilder text, Throwable failure, String said, int most, String indent) {
    List<StackTraceElement> frames = UserCode.frames(failure, most);
    if (frames.isEmpty() && !(failure instanceof CollectiveException)) {
      frames = UserCode.allFrames(failure, most);
    }
    if (frames.stream().noneMatch(frame -> said.contains(frame.toString()))) {
      for (StackTraceElement frame : frames) {
        text.append('\n').append(indent).append("at ").append(CleanText.line(frame.toString()));
      }
    }
  }

  private static void appendCauses(StringBuilder text, Throwable failure, int most, String indent) {
    String told = CleanText.of(failure);
    for (Throwable cause : causes(failure)) {
      String words = CleanText.of(cause);
      boolean isTold =
          UserCode.isLibrary(cause.getClass())
              && UserCode.frames(cause, 1).isEmpty()
              && told.contains(CleanText.messageOf(cause));
      if (isTold) {
        continue; // jccl's own, with the words of what it became
      }
      text.append('\n').append(indent).append("caused by ").append(indented(words));
      appendFrames(text, cause, words, most, indent.isEmpty() ? "    " : "       ");
    }
  }

  private void appendConsequences(
      StringBuilder text, String begin, Function<List<RankFailure>, String> who) {
    List<RankFailure> after =
        failures.stream().filter(one -> one != first && !isReal(one) && !isLeft(one)).toList();
    if (!after.isEmpty()) {
      Map<String, List<RankFailure>> kinds = new LinkedHashMap<>();
      kinds.put(SAME, new ArrayList<>());
      after.forEach(
          one -> {
            boolean isSame = CleanText.of(one.cause()).equals(CleanText.of(first.cause()));
            String kind = isSame ? SAME : kindOf(one.cause());
            kinds.computeIfAbsent(kind, name -> new ArrayList<>()).add(one);
          });
      text.append(begin)
          .append("consequences: ")
          .append(
              kinds.entrySet().stream()
                  .filter(kind -> !kind.getValue().isEmpty())
                  .map(kind -> who.apply(kind.getValue()) + " (" + kind.getKey() + ")")
                  .collect(Collectors.joining(", ")));
    }
  }

  /** The ranks whose threads do not end, and where they are. */
  private void appendLeft(StringBuilder text, String begin) {
    failures.stream()
        .filter(one -> one != first && isLeft(one))
        .limit(MAX_RANKS)
        .forEach(
            one -> {
              text.append(begin)
                  .append("left behind: ")
                  .append(CleanText.line(String.valueOf(one.cause().getMessage())));
              appendFrames(text, one.cause(), "", 1, "       ");
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
    return failure == first || mayFollow(failure);
  }

  private static boolean mayFollow(Throwable failure) {
    List<Throwable> chain = new ArrayList<>(causes(failure));
    chain.add(failure);
    return chain.stream().anyMatch(FailureReport::tellsOfAnother);
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
    Set<Throwable> known = Collections.newSetFromMap(new IdentityHashMap<>());
    known.add(failure);
    Throwable cause = UserCode.causeOf(failure);
    while (cause != null && known.add(cause) && chain.size() < MAX_CAUSES) {
      chain.add(cause);
      cause = UserCode.causeOf(cause);
    }
    return chain;
  }
}
