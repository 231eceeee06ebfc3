package org.jccl.nccl;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jccl.Communicator;
import org.jccl.nccl.ffi.ExitAlarm;

/**
 * Aborts what is open when the JVM is told to end, by a signal or by {@code System.exit}: a kernel
 * that still waits for its peers would keep CUDA's own clean-up, and with it the process, for ever.
 */
final class AbortAtExit {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");
  private static final long PATIENCE_MILLIS = 3_000;

  /** What the libraries' own clean-up may take when the JVM exits. */
  private static final int EXIT_SECONDS = Integer.getInteger("jccl.exit.seconds", 20);

  private final Thread hook;

  private AbortAtExit(Supplier<? extends List<? extends Communicator>> communicators) {
    this.hook = new Thread(() -> end(communicators.get()), "jccl-abort-at-exit");
  }

  /** Watches over {@code communicators}, which may change, until it is cancelled. */
  static AbortAtExit of(Supplier<? extends List<? extends Communicator>> communicators) {
    AbortAtExit guard = new AbortAtExit(communicators);
    Runtime.getRuntime().addShutdownHook(guard.hook);
    return guard;
  }

  /** Nothing is open any more. */
  void cancel() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      LOG.log(Level.DEBUG, "the JVM is ending already", ending);
    }
  }

  private static void end(List<? extends Communicator> open) {
    if (!ExitAlarm.arm(EXIT_SECONDS)) {
      LOG.log(Level.DEBUG, "no alarm for the exit on this system");
    }
    abortAll(open);
  }

  /** At once, since each may wait for its local peers; a stuck one must not keep the process. */
  private static void abortAll(List<? extends Communicator> open) {
    List<Thread> aborting =
        open.stream()
            .map(each -> Thread.ofPlatform().daemon().name("jccl-abort").start(each::abort))
            .toList();
    long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
    for (Thread each : aborting) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (!joined(each, left)) {
        LOG.log(
            Level.WARNING, "a communicator could not be aborted in time: the process is halted");
        Runtime.getRuntime().halt(1);
      }
    }
  }

  private static boolean joined(Thread thread, long millis) {
    try {
      return thread.join(Duration.ofMillis(Math.max(1, millis)));
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
