package org.jccl.process;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jccl.spi.WaitQueue;

/**
 * Waiting for what happens outside this JVM.
 *
 * <p>A simulated rank must neither block its thread in a socket, since it holds the simulator's
 * baton, nor have its time-outs run by a simulated clock, since the network does not. So blocking
 * calls run on helper threads, and the rank waits for them through {@link WaitQueue}, by the wall
 * clock. To the simulator this is a foreign event: a run that waits here is not repeatable.
 */
final class RealTime {
  private RealTime() {}

  /** Waits until {@code ready}, by the wall clock. */
  static boolean await(WaitQueue queue, String what, BooleanSupplier ready, Duration timeout)
      throws InterruptedException {
    return queue.awaitRealTime(what, ready, timeout);
  }

  /** Runs {@code work}, which blocks, on a helper thread and waits for its result. */
  static <T> T call(String what, Callable<T> work, Duration timeout)
      throws InterruptedException, TimeoutException, ExecutionException {
    WaitQueue queue = new WaitQueue();
    FutureTask<T> task = new FutureTask<>(work);
    daemon(
        what,
        () -> {
          task.run();
          queue.update(() -> {});
        });
    if (!await(queue, what, task::isDone, timeout)) {
      throw new TimeoutException(what);
    }
    return task.get();
  }

  /** Starts a helper thread that does not keep the JVM alive. */
  static Thread daemon(String name, Runnable work) {
    return Thread.ofPlatform().daemon().name("jccl: " + name).start(work);
  }
}
