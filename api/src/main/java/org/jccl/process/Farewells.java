package org.jccl.process;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What members of groups that are closed still have to say when this process ends in good order:
 * its program has returned, or calls {@code System.exit}.
 */
final class Farewells {
  /** How long the end of the process waits for them. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Set<Runnable> OPEN = ConcurrentHashMap.newKeySet();

  private static volatile boolean isEnding = !isHooked();

  private Farewells() {}

  private static boolean isHooked() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(Farewells::sayAtEnd, "jccl-farewells"));
      return true;
    } catch (IllegalStateException ending) {
      return false;
    }
  }

  /** Once, when this process ends; at once if it is ending. */
  static void atExit(Runnable farewell) {
    if (isEnding) {
      farewell.run();
    } else {
      OPEN.add(farewell);
    }
  }

  private static void sayAtEnd() {
    isEnding = true;
    say();
  }

  /** Says all of them now, at the same time. */
  static void say() {
    List<Thread> saying =
        OPEN.stream()
            .filter(OPEN::remove)
            .map(each -> RealTime.daemon("process group, farewell", each))
            .toList();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Thread each : saying) {
      try {
        each.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
