package org.jccl.nccl;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jccl.config.TimeLimit;
import org.jccl.spi.CallPath;
import org.jccl.spi.WaitQueue;
import org.jspecify.annotations.Nullable;

/**
 * A platform thread that makes native calls for others, one after the other.
 *
 * <p>CUDA's current device and NCCL's group state belong to the OS thread (GRP-04), and a virtual
 * thread that waits inside a native call holds its carrier: four ranks on two carriers would never
 * meet. It is a daemon, since a native call that waits for a peer cannot be taken back (INIT-02).
 */
final class NativeThread implements CallPath {
  private static final long POLL_NANOS = 10_000;
  private static final Runnable END = () -> {};

  private final LinkedBlockingQueue<Runnable> jobs = new LinkedBlockingQueue<>();
  private final Thread thread;

  NativeThread(String name) {
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::work);
    thread.start();
  }

  private void work() {
    while (true) {
      try {
        Runnable job = jobs.take();
        if (job == END) {
          return;
        }
        job.run();
      } catch (InterruptedException stray) {
        // Nobody has a reason to interrupt this thread; taking the next job clears the flag.
      }
    }
  }

  /** One call while somebody waits for it. */
  private static final class Job implements Runnable {
    private final IntSupplier body;
    private final WaitQueue changes = new WaitQueue();
    private boolean done;
    private int code;
    private @Nullable Throwable failure;

    Job(IntSupplier body) {
      this.body = body;
    }

    @Override
    public void run() {
      try {
        code = body.getAsInt();
      } catch (RuntimeException | Error thrown) {
        failure = thrown;
      } finally {
        changes.update(() -> done = true);
      }
    }

    boolean await(String what, Duration timeout) throws InterruptedException {
      return changes.await(what, () -> done, timeout);
    }

    int result() {
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure instanceof RuntimeException exception) {
        throw exception;
      }
      return code;
    }
  }

  @Override
  public boolean isDirect() {
    return !Thread.currentThread().isVirtual();
  }

  /** A call that waits cannot be taken back, so an interrupt is kept for later. */
  @Override
  public int call(String what, IntSupplier body) {
    if (isDirect()) {
      return body.getAsInt();
    }
    Job job = new Job(body);
    jobs.add(job);
    boolean interrupted = false;
    boolean done = false;
    while (!done) {
      try {
        done = job.await(what, TimeLimit.forever().duration());
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return job.result();
  }

  @Override
  public OptionalInt callWithin(String what, TimeLimit limit, IntSupplier body)
      throws InterruptedException {
    Job job = new Job(body);
    jobs.add(job);
    return job.await(what, limit.duration()) ? OptionalInt.of(job.result()) : OptionalInt.empty();
  }

  @Override
  public CallPath beside(String name) {
    return new NativeThread(name);
  }

  @Override
  public void pause() {
    LockSupport.parkNanos(POLL_NANOS);
  }

  @Override
  public void end() {
    jobs.add(END);
  }
}
