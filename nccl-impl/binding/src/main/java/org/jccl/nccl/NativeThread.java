package org.jccl.nccl;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Device;
import org.jccl.config.TimeLimit;
import org.jccl.ops.Operation;
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

  /** How often a call that is waited for looks whether a rank has died. */
  private static final long LOOK_NANOS = 50_000_000;

  /** How long a call that is in vain has to come back. */
  private static final long VAIN_NANOS = 2_000_000_000;

  private static final Runnable END = () -> {};

  private final LinkedBlockingQueue<Runnable> jobs = new LinkedBlockingQueue<>();
  private final @Nullable Device device;
  private final Thread thread;

  /** The call that was given up and has not come back; empty if there is none. */
  private volatile String stuckIn = "";

  /** A thread in which {@code device}, if there is one, is current in bounded calls. */
  NativeThread(String name, @Nullable Device device) {
    this.device = device;
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
  private final class Job implements Runnable {
    private final String what;
    private final IntSupplier body;
    private final WaitQueue changes = new WaitQueue();
    private boolean done;
    private boolean isGivenUp;
    private int code;
    private @Nullable Throwable failure;

    Job(String what, IntSupplier body) {
      this.what = what;
      this.body = body;
    }

    @Override
    public void run() {
      try {
        code = body.getAsInt();
      } catch (RuntimeException | Error thrown) {
        failure = thrown;
      } finally {
        changes.update(this::finished);
      }
    }

    private void finished() {
      done = true;
      if (isGivenUp) {
        stuckIn = "";
      }
    }

    boolean await(TimeLimit limit) throws InterruptedException {
      return changes.await(what, () -> done, limit.duration());
    }

    /** Nobody waits for it any more; false if it has come to its end meanwhile. */
    boolean giveUp() {
      changes.read(
          () -> {
            isGivenUp = !done;
            if (isGivenUp) {
              stuckIn = what;
            }
          });
      return isGivenUp;
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
  public boolean standsIn(Operation operation) {
    return operation == Operation.BROADCAST;
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
    return bounded(what, TimeLimit.forever(), body);
  }

  /** Handed over, since a thread that the library does not let go is lost. */
  @Override
  public int bounded(String what, TimeLimit limit, IntSupplier body) {
    return bounded(what, limit, () -> false, body);
  }

  @Override
  public int bounded(String what, TimeLimit limit, BooleanSupplier isVain, IntSupplier body) {
    Job job =
        handedOver(
            what,
            () -> {
              if (device != null) {
                device.makeCurrent();
              }
              return body.getAsInt();
            });
    awaitDone(job, limit, isVain);
    return job.result();
  }

  private static void awaitDone(Job job, TimeLimit limit, BooleanSupplier isVain) {
    long deadline = limit.deadline();
    boolean vain = false;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          long left = TimeLimit.left(deadline);
          if (job.await(TimeLimit.ofNanos(vain ? left : Math.min(left, LOOK_NANOS)))) {
            return;
          }
          if (!vain && isVain.getAsBoolean()) {
            vain = true;
            deadline = System.nanoTime() + Math.min(left, VAIN_NANOS);
          } else if (TimeLimit.left(deadline) == 0 && job.giveUp()) {
            throw new CollectiveTimeoutException(
                job.what
                    + (vain ? ", which is in vain," : "")
                    + " has not come back for "
                    + (vain ? TimeLimit.ofNanos(VAIN_NANOS) : limit)
                    + "; it cannot be taken back and goes on in the background");
          }
        } catch (InterruptedException later) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Job handedOver(String what, IntSupplier body) {
    String stuck = stuckIn;
    if (!stuck.isEmpty()) {
      throw new CollectiveTimeoutException(
          what + " cannot be called: " + stuck + " was given up and has not come back");
    }
    Job job = new Job(what, body);
    jobs.add(job);
    return job;
  }

  @Override
  public boolean isStuck() {
    return !stuckIn.isEmpty();
  }

  @Override
  public OptionalInt callWithin(String what, TimeLimit limit, IntSupplier body)
      throws InterruptedException {
    return callWithin(what, limit, Optional::empty, body);
  }

  @Override
  public OptionalInt callWithin(
      String what, TimeLimit limit, Supplier<Optional<String>> lost, IntSupplier body)
      throws InterruptedException {
    Job job = handedOver(what, body);
    long deadline = limit.deadline();
    try {
      boolean done = false;
      while (!done && TimeLimit.left(deadline) > 0 && lost.get().isEmpty()) {
        done = job.await(TimeLimit.ofNanos(Math.min(TimeLimit.left(deadline), LOOK_NANOS)));
      }
      return done || !job.giveUp() ? OptionalInt.of(job.result()) : OptionalInt.empty();
    } catch (InterruptedException interrupted) {
      job.giveUp();
      throw interrupted;
    }
  }

  @Override
  public CallPath beside(String name) {
    return new NativeThread(name, device);
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
