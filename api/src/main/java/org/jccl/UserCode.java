package org.jccl;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells the frames of a user's program on a stack from those of jccl's library and of the JDK. */
public final class UserCode {
  /** The packages of jccl's library, each with those below it; besides them its root. */
  private static final List<String> ROOMS =
      List.of("config", "observe", "ops", "process", "spi", "sim", "nccl", "test");

  private static final String ROOT = "org.jccl.";

  /** Of the tools only the command line: examples are programs like a user's. */
  private static final String COMMANDS = "org.jccl.benchmarks.cli.";

  /** Libraries of assertions: who calls them is the user's frame. */
  private static final List<String> ASSERTIONS =
      List.of(
          "org.junit.",
          "org.opentest4j.",
          "org.assertj.",
          "org.hamcrest.",
          "org.testng.",
          "junit.");

  private static final String UNKNOWN = "unknown";

  private static final String WHOLE_TRACES = "jccl.stacktrace";

  private static final int MOST_KNOWN = 4_096;
  private static final int MOST_FRAMES = 64;
  private static final int MOST_LINKS = 16;

  private UserCode() {}

  /**
   * {@return whether a class is jccl's library}
   *
   * @param className the class's name with its package
   */
  public static boolean isLibrary(String className) {
    if (!className.startsWith(ROOT)) {
      return false;
    }
    Boolean known = Places.KNOWN.get(className);
    if (known == null) {
      known = isInRoom(className) && Places.OWN.contains(placeOf(className));
      if (Places.KNOWN.size() < MOST_KNOWN) {
        Places.KNOWN.put(className, known);
      }
    }
    return known;
  }

  /**
   * {@return the same of a class that is at hand}
   *
   * @param type the class
   */
  public static boolean isLibrary(Class<?> type) {
    String name = type.getName();
    return name.startsWith(ROOT) && isInRoom(name) && Places.OWN.contains(placeOf(type));
  }

  private static boolean isInRoom(String className) {
    int end = className.indexOf('.', ROOT.length());
    if (className.startsWith(COMMANDS)) {
      return true;
    }
    return end < 0 || ROOMS.contains(className.substring(ROOT.length(), end));
  }

  /** Where the API and the backends lie: programs that call their packages alike lie elsewhere. */
  private static final class Places {
    /** Whether a class of that name is jccl's: asked of every frame of a trace. */
    static final Map<String, Boolean> KNOWN = new ConcurrentHashMap<>();

    /** A class of each part that offers no backend itself: the kit for tests, NCCL's binding. */
    private static final List<String> BESIDE =
        List.of(ROOT + "test.RankTest", ROOT + "nccl.NcclBackend", COMMANDS + "Main");

    static final Set<String> OWN =
        Stream.concat(
                Stream.concat(Stream.of(UserCode.class.getName()), BESIDE.stream())
                    .map(UserCode::placeOf),
                ServiceLoader.load(BackendProvider.class, UserCode.class.getClassLoader()).stream()
                    .map(provider -> placeOf(provider.type())))
            .filter(place -> !place.equals(UNKNOWN))
            .collect(Collectors.toUnmodifiableSet());
  }

  private static String placeOf(String className) {
    try {
      return placeOf(Class.forName(className, false, UserCode.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError notOurs) {
      return UNKNOWN;
    }
  }

  private static String placeOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null ? "" : source.getLocation().toString();
  }

  /**
   * {@return whether a class is the JDK's}
   *
   * @param className the class's name with its package
   */
  public static boolean isJdk(String className) {
    return className.startsWith("java.")
        || className.startsWith("jdk.")
        || className.startsWith("javax.")
        || className.startsWith("sun.");
  }

  /** Whether traces are left as they are: for people who look for a bug of jccl itself. */
  static boolean keepsWholeTraces() {
    return Boolean.getBoolean(WHOLE_TRACES);
  }

  /**
   * {@return whether a frame is the user's: not the JDK's, not jccl's, not a library of
   * assertions'}
   *
   * @param frame the frame
   */
  public static boolean isUser(StackTraceElement frame) {
    String name = frame.getClassName();
    return !isLibrary(name) && !isJdk(name) && ASSERTIONS.stream().noneMatch(name::startsWith);
  }

  /**
   * {@return where a thread stands, for people: the user's frames, the innermost first, and before
   * them what they called; all of them if none is the user's}
   *
   * @param trace the thread's stack
   * @param most how many at most
   */
  public static List<StackTraceElement> standing(StackTraceElement[] trace, int most) {
    List<StackTraceElement> found = new ArrayList<>();
    StackTraceElement called = null;
    for (StackTraceElement frame : trace) {
      if (isLibrary(frame.getClassName())) {
        break;
      }
      if (!isUser(frame)) {
        called = frame;
        continue;
      }
      if (found.isEmpty() && called != null) {
        found.add(called);
      }
      found.add(frame);
    }
    List<StackTraceElement> told =
        found.isEmpty()
            ? Stream.of(trace).takeWhile(frame -> !isLibrary(frame.getClassName())).toList()
            : found;
    return List.copyOf(told.subList(0, Math.min(most, told.size())));
  }

  /** The first frames of user code where {@code failure} was made. */
  static List<StackTraceElement> frames(Throwable failure, int most) {
    return frames(failure, most, UserCode::isUser);
  }

  /** The first frames, whosever they are: for a failure that no user code has made. */
  static List<StackTraceElement> allFrames(Throwable failure, int most) {
    return frames(failure, most, frame -> true);
  }

  private static List<StackTraceElement> frames(
      Throwable failure, int most, Predicate<StackTraceElement> wanted) {
    return Stream.of(traceOf(failure))
        .takeWhile(frame -> !isMachinery(frame))
        .filter(wanted)
        .limit(most)
        .toList();
  }

  /** Begins the trace of jccl's own exceptions with the user's frame, and ends it with the last. */
  static void trim(Throwable failure) {
    if (keepsWholeTraces()) {
      return;
    }
    Throwable at = failure;
    for (int link = 0; at != null && link < MOST_LINKS; link++) {
      trimOne(at);
      for (Throwable suppressed : at.getSuppressed()) {
        trimOne(suppressed);
      }
      at = causeOf(at);
    }
  }

  private static void trimOne(Throwable failure) {
    StackTraceElement[] whole = traceOf(failure);
    int end = 0;
    while (end < whole.length && !isMachinery(whole[end])) {
      end++;
    }
    cut(failure, whole, end);
  }

  /** The same for the report that the caller of the run is thrown. */
  static void trimForCaller(Throwable report) {
    if (!keepsWholeTraces()) {
      StackTraceElement[] whole = traceOf(report);
      cut(report, whole, whole.length);
    }
  }

  private static void cut(Throwable failure, StackTraceElement[] whole, int last) {
    int begin = 0;
    if (isOfLibrary(failure)) {
      while (begin < last && !isUser(whole[begin])) {
        begin++;
      }
      begin = begin == last ? 0 : begin;
    }
    int end = Math.min(last, begin + MOST_FRAMES);
    if (begin > 0 || end < whole.length) {
      failure.setStackTrace(Arrays.copyOfRange(whole, begin, end));
    }
  }

  /** What jccl or a library of assertions throws to say that the caller did something wrong. */
  private static boolean isOfLibrary(Throwable failure) {
    StackTraceElement[] trace = traceOf(failure);
    boolean blames =
        failure instanceof CollectiveException
            || failure instanceof AssertionError
            || failure instanceof RanksFailedException
            || failure instanceof IllegalArgumentException
            || failure instanceof IllegalStateException
            || failure instanceof IndexOutOfBoundsException
            || failure instanceof UnsupportedOperationException;
    return blames && trace.length > 0 && !isUser(trace[0]) && !isJdk(trace[0].getClassName());
  }

  /** From here on it is what every rank has in common. */
  private static boolean isMachinery(StackTraceElement frame) {
    return frame.getClassName().equals(RankRun.class.getName());
  }

  /** Whether jccl itself has thrown it. */
  static boolean isThrownByLibrary(Throwable failure) {
    return frames(failure, 1, frame -> !isJdk(frame.getClassName())).stream()
        .anyMatch(frame -> isLibrary(frame.getClassName()));
  }

  /**
   * {@return the trace of a failure; empty where it has none, or answers with an exception}
   *
   * @param failure what was thrown
   */
  public static StackTraceElement[] traceOf(Throwable failure) {
    try {
      // A failure that overrides it, or is a mock, may give null.
      StackTraceElement[] trace = failure.getStackTrace();
      return trace == null ? new StackTraceElement[0] : trace;
    } catch (RuntimeException | Error broken) {
      return new StackTraceElement[0];
    }
  }

  /**
   * {@return the cause of a failure, or null; also of one that answers with an exception}
   *
   * @param failure what was thrown
   */
  public static @Nullable Throwable causeOf(Throwable failure) {
    try {
      Throwable cause = failure.getCause();
      return cause == failure ? null : cause;
    } catch (RuntimeException | Error broken) {
      return null;
    }
  }
}
