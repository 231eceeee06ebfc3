package org.jccl.benchmarks.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Looks at what may hang, as a driver can: on a thread that is left behind then. */
final class BoundedLook {
  private final Duration limit;
  private final List<String> givenUp = new ArrayList<>();

  /** Looks that take {@code limit} at most, each. */
  BoundedLook(Duration limit) {
    this.limit = limit;
  }

  /** What was seen; {@code otherwise} if nothing was, and a line that says so. */
  <T> T at(String what, Supplier<T> look, T otherwise) {
    FutureTask<T> task = new FutureTask<>(look::get);
    Thread thread = Thread.ofPlatform().daemon().name("jccl-doctor").start(task);
    try {
      return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      givenUp.add(
          what
              + " was given up: nothing has come back in "
              + limit.toSeconds()
              + " s, it hangs in "
              + place(thread));
    } catch (ExecutionException failure) {
      givenUp.add(what + " failed: " + failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      givenUp.add(what + " was interrupted");
    }
    return otherwise;
  }

  private static String place(Thread thread) {
    StackTraceElement[] trace = thread.getStackTrace();
    return trace.length == 0
        ? "no method"
        : trace[0].getClassName() + "." + trace[0].getMethodName();
  }

  /** What has not come back or failed, a line each. */
  List<String> givenUp() {
    return List.copyOf(givenUp);
  }
}
