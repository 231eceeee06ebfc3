package org.jccl.sim.kernel;

import org.jccl.config.TimeLimit;
import org.jccl.spi.Waiting;
import org.jspecify.annotations.Nullable;

/** How a rank's thread waits for what is no device's: it gives the baton up. */
final class RankWaiting implements Waiting {
  private final Kernel kernel;
  private final HostTask task;

  /** Whether it has waited since it has met others last. */
  private boolean slept;

  RankWaiting(Kernel kernel, HostTask task) {
    this.kernel = kernel;
    this.task = task;
  }

  @Override
  public Sleeper sleeper(String what) {
    return new BatonSleeper(what);
  }

  /** Virtual time: it goes on by what the rank waits for, and by the limits that pass. */
  @Override
  public long now() {
    return task.clock();
  }

  @Override
  public @Nullable Object tell(@Nullable Object told) {
    kernel.hostsMeet();
    HostOrder order = kernel.hostOrder();
    return order == null || kernel.holder() != task ? told : order.tell(task, told);
  }

  @Override
  public void learn(@Nullable Object told) {
    kernel.hostsMeet();
    HostOrder order = kernel.hostOrder();
    if (order != null && told != null && kernel.holder() == task) {
      order.learn(task, told);
    }
  }

  @Override
  public void met() {
    kernel.hostsMeet();
    if (!slept && kernel.steering() != null) {
      HostTask self = kernel.enterToWait(); // it came last: who it has woken may go on first
      kernel.declares(self);
      kernel.exit(self);
    }
    slept = false;
    task.met();
  }

  @Override
  public Sleeper realTimeSleeper(String what) {
    Sleeper parking = Waiting.super.realTimeSleeper(what);
    return new Sleeper() {
      @Override
      public boolean sleep(long nanos) {
        return kernel.outsideForATime(() -> parking.sleep(nanos));
      }

      @Override
      public void wake() {
        parking.wake();
      }
    };
  }

  private final class BatonSleeper implements Sleeper {
    private final String what;
    private volatile boolean woken;

    BatonSleeper(String what) {
      this.what = what;
    }

    @Override
    public boolean sleep(long nanos) {
      slept = true;
      try {
        return kernel.within(
            TimeLimit.ofNanos(nanos),
            () -> {
              kernel.awaitOutsideCall(() -> woken, Wait.of(what));
              return true;
            });
      } catch (LimitPassed passed) {
        return false;
      }
    }

    @Override
    public void wake() {
      woken = true;
      kernel.wake(task);
    }
  }
}
