package org.jccl.sim.device;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;

/** A future whose waiting gives the baton up. */
final class SimFuture extends CompletableFuture<Void> {
  private final SimStream stream;
  private final long target;

  SimFuture(SimStream stream, long target) {
    this.stream = stream;
    this.target = target;
  }

  private void await() {
    if (isDone()) {
      return;
    }
    Kernel kernel = stream.device().world().kernel();
    HostTask task = kernel.enter();
    try {
      stream.awaitFinished(task, target);
    } finally {
      kernel.exit(task);
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
