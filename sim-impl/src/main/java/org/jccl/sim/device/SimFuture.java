package org.jccl.sim.device;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jccl.config.TimeLimit;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.LimitPassed;
import org.jspecify.annotations.Nullable;

/**
 * A future whose waiting gives the baton up, and all that is derived from it. A limit goes by
 * virtual time in rank programs, and by the clock in other threads.
 */
final class SimFuture<T> extends CompletableFuture<T> {
  private final Kernel kernel;
  private final Source source;

  /** Set by {@link #orTimeout} or {@link #completeOnTimeout} in a rank program. */
  private @Nullable TimeLimit limit;

  private Runnable whenPassed = () -> {};

  /** What the future depends on. */
  @FunctionalInterface
  interface Source {
    /** Waits until that has come, or until {@code future} is done by something else. */
    void await(CompletableFuture<?> future);

    /** Somebody asks whether that has come: what can go on does so. */
    default void ask() {}
  }

  SimFuture(Kernel kernel, Source source) {
    this.kernel = kernel;
    this.source = source;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new SimFuture<>(kernel, source);
  }

  // ---------------------------------------------------------------- waiting

  /** A rank that asks again and again lets the others go on, and so the answer becomes yes. */
  @Override
  public boolean isDone() {
    if (!super.isDone() && kernel.isRank()) {
      source.ask();
    }
    return super.isDone();
  }

  /** Waits in time; throws {@link LimitPassed} else. */
  private void await(TimeLimit given) {
    TimeLimit own = limit;
    if (super.isDone()) {
      return;
    }
    if (own == null || own.nanos() > given.nanos()) {
      awaitSource(given);
      return;
    }
    try {
      awaitSource(own);
    } catch (LimitPassed passed) {
      whenPassed.run();
    }
  }

  private void awaitSource(TimeLimit given) {
    kernel.within(
        given,
        () -> {
          source.await(this);
          return this;
        });
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    await(TimeLimit.forever());
    awaitOthers(TimeLimit.forever().nanos());
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    long nanos = unit.toNanos(timeout);
    if (nanos > 0) {
      try {
        await(TimeLimit.ofNanos(nanos));
      } catch (LimitPassed passed) {
        TimeoutException late = new TimeoutException(passed.getMessage());
        late.initCause(passed);
        throw late;
      }
    }
    awaitOthers(nanos);
    return super.get(0, TimeUnit.NANOSECONDS);
  }

  @Override
  public T join() {
    await(TimeLimit.forever());
    try {
      awaitOthers(TimeLimit.forever().nanos());
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt(); // a join is not interrupted
    }
    return super.join();
  }

  /** What it was made of is there: if it is not done yet, other threads have to do something. */
  private void awaitOthers(long nanos) throws InterruptedException {
    if (!super.isDone() && nanos > 0) {
      kernel.<Boolean, InterruptedException>outside(
          () -> {
            try {
              super.get(nanos, TimeUnit.NANOSECONDS);
            } catch (ExecutionException | TimeoutException told) {
              return false; // the caller asks again
            }
            return true;
          });
    }
  }

  // ---------------------------------------------------------------- limits

  @Override
  public CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
    if (!kernel.isRank()) {
      return super.orTimeout(timeout, unit);
    }
    limited(timeout, unit, () -> completeExceptionally(new TimeoutException()));
    return this;
  }

  @Override
  public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
    if (!kernel.isRank()) {
      return super.completeOnTimeout(value, timeout, unit);
    }
    limited(timeout, unit, () -> complete(value));
    return this;
  }

  private void limited(long timeout, TimeUnit unit, Runnable then) {
    TimeLimit own = TimeLimit.ofNanos(unit.toNanos(timeout));
    TimeLimit before = limit;
    if (before == null || own.nanos() < before.nanos()) {
      limit = own;
      whenPassed = then;
    }
  }
}
