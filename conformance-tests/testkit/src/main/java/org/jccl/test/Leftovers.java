package org.jccl.test;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jccl.ReportedMisuse;
import org.jccl.UserCode;
import org.jccl.sim.Simulator;
import org.jccl.sim.faults.FaultLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Looks after each schedule for what a test may not leave behind. */
final class Leftovers {
  /** How long a thread that is about to end may take, for its last few instructions. */
  private static final long GRACE_MILLIS = 2_000;

  private static final Duration STEP = Duration.ofMillis(20);

  private static final String THREAD = Thread.class.getName();

  private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";

  /** The group of platform threads that virtual threads have made. */
  private static final @Nullable ThreadGroup OF_VIRTUAL_THREADS =
      Thread.ofVirtual().unstarted(() -> {}).getThreadGroup();

  private final Set<Remains> allowed = EnumSet.noneOf(Remains.class);
  private final Set<Thread> threadsBefore = allThreads();

  /** Whether a {@code new Thread} of the test itself is a daemon: in a pool of JUnit's it is. */
  private final boolean isOnDaemon = Thread.currentThread().isDaemon();

  /**
   * Where tests run at the same time: of threads those count whose stack has code of this class, as
   * all others may be of another test. Else null.
   */
  private @Nullable String ofClass;

  /** Of the test's class; threads that its ranks forget run code of it. */
  private String ofPackage = "";

  /** The same for the tests of one class: what the method of that frame is called, or has in it. */
  private String ofMethod = "";

  private Leftovers() {}

  private static String outermost(Class<?> type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  static Leftovers of(ExtensionContext context) {
    Leftovers leftovers = of(context.getRequiredTestMethod(), context.getRequiredTestClass());
    boolean isParallel =
        context.getConfigurationParameter(PARALLEL).map(Boolean::parseBoolean).orElse(false);
    if (isParallel) {
      leftovers.ofClass = outermost(context.getRequiredTestClass());
      leftovers.ofMethod =
          context.getExecutionMode() == ExecutionMode.CONCURRENT
              ? context.getRequiredTestMethod().getName()
              : "";
    }
    return leftovers;
  }

  /** With what method and class allow. */
  static Leftovers of(Method method, Class<?> type) {
    Leftovers leftovers = new Leftovers();
    leftovers.ofPackage = type.getPackageName();
    TestAnnotations.all(method, type, Allow.class)
        .forEach(allow -> leftovers.allowed.addAll(Arrays.asList(allow.value())));
    return leftovers;
  }

  /** The same, in which this may remain, too. */
  Leftovers alsoAllowing(Remains more) {
    Leftovers leftovers = new Leftovers();
    leftovers.allowed.addAll(allowed);
    leftovers.allowed.add(more);
    leftovers.threadsBefore.addAll(threadsBefore);
    leftovers.ofClass = ofClass;
    leftovers.ofPackage = ofPackage;
    leftovers.ofMethod = ofMethod;
    return leftovers;
  }

  boolean allowsNothing() {
    return allowed.isEmpty();
  }

  /** Ranks that have not ended, a line each. */
  List<String> waiting(Simulator simulator) {
    return allowed.contains(Remains.TASK) ? List.of() : simulator.waiting();
  }

  /** Those of its reports that fail a test. */
  List<ReportedMisuse> reports(List<ReportedMisuse> findings) {
    return allowed.contains(Remains.FINDING) ? List.of() : findings;
  }

  /** What was open when the simulator was closed, a line each. */
  List<String> open(Simulator simulator) {
    return allowed.contains(Remains.LEAK)
        ? List.of()
        : simulator.leaks().stream().map(leak -> "left open: " + leak).toList();
  }

  /**
   * What faults did that no test may pass with, and those that did nothing, a line each; without
   * what {@code findings} tell.
   */
  List<String> ofFaults(FaultLog log, List<ReportedMisuse> findings) {
    List<String> lines = new ArrayList<>();
    List<String> told = reports(findings).stream().map(each -> each.getMessage() + "").toList();
    log.hang().filter(each -> !told.contains(each)).ifPresent(each -> lines.add("hang: " + each));
    log.staleReads().forEach(read -> lines.add("silent wrong data: " + read));
    if (!allowed.contains(Remains.FAULT)) {
      lines.addAll(log.notStruck());
    }
    return lines;
  }

  /** Threads that the test has started and that do not end, a line each. */
  List<String> threads() throws InterruptedException {
    List<String> alive = new ArrayList<>();
    if (!allowed.contains(Remains.THREAD)) {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
      Set<Thread> left = newThreads();
      while (!left.isEmpty() && System.nanoTime() < deadline) {
        left.iterator().next().join(STEP);
        left = newThreads();
      }
      left.forEach(thread -> alive.add(describe(thread, "is still alive")));
    }
    return alive;
  }

  /** Where threads of the test's own are, a line each. */
  List<String> places() {
    return newThreads().stream().map(thread -> describe(thread, "has not ended")).toList();
  }

  private static String describe(Thread thread, String state) {
    StackTraceElement[] frames = thread.getStackTrace();
    String place =
        Stream.of(frames)
            .filter(UserCode::isUser)
            .findFirst()
            .map(frame -> "\n    at " + frame)
            .orElse("");
    return "thread '" + thread.getName() + "' " + state + place;
  }

  private Set<Thread> newThreads() {
    Set<Thread> now = allThreads();
    now.removeAll(threadsBefore);
    now.remove(Thread.currentThread());
    now.removeIf(thread -> thread.isDaemon() && !isForgotten(thread));
    String own = ofClass;
    if (own != null) {
      now.removeIf(
          thread -> {
            StackTraceElement[] frames = thread.getStackTrace();
            return !hasJustBegun(frames)
                && Stream.of(frames).noneMatch(frame -> isOf(own, ofMethod, frame));
          });
    }
    return now;
  }

  private static boolean isOf(String own, String method, StackTraceElement frame) {
    String name = frame.getClassName();
    return (name.equals(own) || name.startsWith(own + "$"))
        && frame.getMethodName().contains(method);
  }

  /**
   * Whether a daemon may have become one without its maker's will: a {@code new Thread} is one
   * where a daemon makes it, as ranks are, which are virtual threads, and threads of tests that run
   * at the same time. Daemons of libraries do not run code of the test.
   */
  private boolean isForgotten(Thread daemon) {
    boolean isOfDaemon = isOnDaemon || daemon.getThreadGroup() == OF_VIRTUAL_THREADS;
    if (!isOfDaemon || daemon instanceof ForkJoinWorkerThread) {
      return false;
    }
    StackTraceElement[] frames = daemon.getStackTrace();
    return hasJustBegun(frames)
        || Stream.of(frames).map(StackTraceElement::getClassName).anyMatch(this::isOfPackage);
  }

  /** No code of anybody's yet: whose thread it is shows in its next frames. */
  private static boolean hasJustBegun(StackTraceElement[] frames) {
    return Stream.of(frames).allMatch(frame -> frame.getClassName().equals(THREAD));
  }

  private boolean isOfPackage(String className) {
    return className.substring(0, Math.max(0, className.lastIndexOf('.'))).equals(ofPackage);
  }

  private static Set<Thread> allThreads() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group != null && group.getParent() != null) {
      group = group.getParent(); // what virtual threads start is in another group
    }
    if (group == null) {
      return new HashSet<>();
    }
    Thread[] threads = new Thread[group.activeCount() * 2 + 16];
    int count = group.enumerate(threads, true);
    return new HashSet<>(Arrays.asList(threads).subList(0, count));
  }
}
