package org.jccl.test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Looks after each schedule for what a test may not leave behind. */
final class Leftovers {
  /** How long a thread that is about to end may take, for its last few instructions. */
  private static final long GRACE_MILLIS = 2_000;

  private final Set<Remains> allowed = EnumSet.noneOf(Remains.class);
  private final Set<Thread> threadsBefore = userThreads();

  private Leftovers() {}

  /** With what method and class allow. */
  static Leftovers of(ExtensionContext context) {
    Leftovers leftovers = new Leftovers();
    AnnotationSupport.findAnnotation(context.getTestMethod(), Allow.class)
        .ifPresent(allow -> leftovers.allowed.addAll(Arrays.asList(allow.value())));
    AnnotationSupport.findAnnotation(context.getTestClass(), Allow.class)
        .ifPresent(allow -> leftovers.allowed.addAll(Arrays.asList(allow.value())));
    return leftovers;
  }

  /** Ranks that have not ended, a line each. */
  List<String> waiting(Simulator simulator) {
    return allowed.contains(Remains.TASK) ? List.of() : simulator.waiting();
  }

  /** What the simulator says once it is closed, a report each. */
  List<String> after(Simulator simulator) {
    List<String> found = new ArrayList<>();
    if (!allowed.contains(Remains.FINDING)) {
      for (ReportedMisuse report : simulator.findings()) {
        found.add(String.valueOf(report.getMessage()));
      }
    }
    if (!allowed.contains(Remains.LEAK)) {
      simulator.leaks().forEach(leak -> found.add("left open: " + leak));
    }
    return found;
  }

  /** Fails if the node has started a thread that would keep the JVM alive. */
  void checkThreads(TestBody body) throws InterruptedException {
    if (allowed.contains(Remains.THREAD)) {
      return;
    }
    Set<Thread> now = userThreads();
    now.removeAll(threadsBefore);
    List<String> alive = new ArrayList<>();
    for (Thread thread : now) {
      thread.join(GRACE_MILLIS);
      if (thread.isAlive()) {
        alive.add("thread '" + thread.getName() + "' is still alive");
      }
    }
    if (!alive.isEmpty()) {
      throw new TestFailureText(body, "", null).remains(alive);
    }
  }

  /** Threads that are no daemons: those of libraries and of jccl are. */
  private static Set<Thread> userThreads() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    if (group == null) {
      return new HashSet<>();
    }
    Thread[] threads = new Thread[group.activeCount() * 2 + 16];
    int count = group.enumerate(threads, true);
    Set<Thread> found = new HashSet<>();
    for (Thread thread : Arrays.copyOf(threads, count)) {
      if (!thread.isDaemon()) {
        found.add(thread);
      }
    }
    return found;
  }
}
