package org.jccl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.RanksFailedException.RankFailure;

/** Words for what went wrong in a run: the first failure in full, its consequences in short. */
final class FailureReport {
  private static final int MAX_CAUSES = 16;
  private static final int MAX_FRAMES = 12;

  private FailureReport() {}

  /** The exception of a run with these failures, in order of occurrence. */
  static RanksFailedException of(Backend backend, int worldSize, List<RankFailure> failures) {
    RankFailure first = failures.getFirst();
    long ranks = failures.stream().map(RankFailure::rank).distinct().count();
    StringBuilder text = new StringBuilder();
    text.append("rank ").append(first.rank()).append('/').append(worldSize);
    text.append(" failed first, ").append(ranks).append(" of ").append(worldSize);
    text.append(ranks == 1 ? " rank failed" : " ranks failed");
    text.append(" (backend ").append(backend.name()).append(')');
    Map<String, Integer> said = new HashMap<>();
    int number = 1;
    for (RankFailure failure : failures) {
      text.append("\n  ").append(number++).append(". ");
      append(text, failure, said);
    }
    return new RanksFailedException(text.toString(), failures);
  }

  private static void append(StringBuilder text, RankFailure failure, Map<String, Integer> said) {
    text.append("rank ").append(failure.rank()).append(", ").append(failure.phase()).append(": ");
    String words = failure.cause().toString();
    Integer before = said.putIfAbsent(words, failure.rank());
    if (before != null) {
      text.append("the same as rank ").append(before);
    } else if (failure.secondary()) {
      text.append("(a consequence) ").append(firstLine(words));
    } else {
      text.append(indented(words));
      appendStack(text, failure.cause());
    }
  }

  private static void appendStack(StringBuilder text, Throwable failure) {
    StackTraceElement[] frames = failure.getStackTrace();
    for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
      if (frames[i].getClassName().equals(RankRun.class.getName())) {
        break; // From here on it is the machinery that every rank has in common.
      }
      text.append("\n       at ").append(frames[i]);
    }
    for (Throwable cause : causes(failure)) {
      text.append("\n     caused by ").append(indented(cause.toString()));
    }
  }

  private static String indented(String words) {
    return words.strip().replace("\n", "\n     ");
  }

  private static String firstLine(String words) {
    String line = words.lines().findFirst().orElse("");
    return line.length() < words.strip().length() ? line + " …" : line;
  }

  /**
   * Whether a failure that came after another looks like its consequence: an aborted communicator,
   * a peer that left, a wait that the run ended.
   */
  static boolean isConsequence(Throwable failure) {
    List<Throwable> chain = new ArrayList<>(causes(failure));
    chain.add(failure);
    return chain.stream()
        .anyMatch(
            one ->
                one instanceof InterruptedException
                    || (one instanceof CollectiveException known
                        && known.code() == ResultCode.REMOTE_ERROR));
  }

  /** The causes below {@code failure}, without looping for ever on a cyclic chain. */
  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    Throwable cause = failure.getCause();
    while (cause != null && chain.size() < MAX_CAUSES) {
      chain.add(cause);
      cause = cause.getCause();
    }
    return chain;
  }
}
