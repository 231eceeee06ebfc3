package org.jccl.sim.device;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A future whose waiting gives the baton up. */
final class SimFuture extends CompletableFuture<Void> {
  private final Runnable wait;

  /** A future that is done once {@code wait} has returned. */
  SimFuture(Runnable wait) {
    this.wait = wait;
  }

  private void await() {
    if (!isDone()) {
      wait.run();
    }
  }

  @Override
  public Void get() throws InterruptedException, ExecutionException {
    await();
    return super.get();
  }

  @Override
  public Void get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException {
    return get(); // virtual time knows no such limit; a wait without end is a reported deadlock
  }

  @Override
  public Void join() {
    await();
    return super.join();
  }
}
