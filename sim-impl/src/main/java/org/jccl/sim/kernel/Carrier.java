package org.jccl.sim.kernel;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one platform thread on which the virtual threads of a simulation's ranks run. Only one of
 * them can go on at a time, so a second carrier would do nothing but wake up and find no work; on
 * the JVM's common scheduler that is most of what a change of threads costs.
 *
 * <p>A thread starts with the first work; without work it waits while rank programs run, and ends
 * otherwise. Before a rank blocks outside jccl it calls {@link #release}, and another thread
 * carries the others.
 */
final class Carrier implements Executor {
  private static final int SPINS = 200;

  /** What can run, in order; touched by the carrying thread alone. */
  private Runnable[] ring = new Runnable[64];

  private int head;
  private int size;

  private final Object lock = new Object();
  private final ArrayDeque<Runnable> external = new ArrayDeque<>();

  /** Whether there is something in {@link #external}; written under the lock, read without. */
  private volatile boolean called;

  /** Who carries, or null; changed under the lock. */
  private volatile @Nullable Thread owner;

  private boolean idle;
  private boolean waits;

  @Override
  public void execute(Runnable work) {
    if (owner == RankThreads.currentCarrier()) {
      add(work);
      return;
    }
    Thread asleep = null;
    synchronized (lock) {
      external.addLast(work);
      called = true;
      if (owner == null) {
        start();
      } else if (idle) {
        idle = false;
        asleep = owner;
      }
    }
    if (asleep != null) {
      LockSupport.unpark(asleep);
    }
  }

  /** The calling thread may block its carrier: from now on another one carries the rest. */
  void release() {
    if (owner != RankThreads.currentCarrier()) {
      return;
    }
    synchronized (lock) {
      owner = null;
      if (size > 0 || called) {
        start();
      }
    }
  }

  /** Whether its thread waits where there is no work, or ends. */
  void waits(boolean value) {
    Thread asleep;
    synchronized (lock) {
      waits = value;
      asleep = idle ? owner : null;
    }
    if (asleep != null) {
      LockSupport.unpark(asleep);
    }
  }

  private void start() {
    Thread next = Thread.ofPlatform().daemon().name("jccl-ranks").unstarted(this::carry);
    owner = next;
    next.start();
  }

  private void carry() {
    Thread self = Thread.currentThread();
    while (owner == self) {
      if (called) {
        takeCalls();
      }
      if (size > 0) {
        run(poll());
      } else if (!awaitCall(self)) {
        return;
      }
    }
  }

  private static void run(Runnable work) {
    try {
      work.run();
    } catch (Throwable failure) {
      // A virtual thread keeps its failures to itself: this is the JVM's, and the others go on.
      Thread self = Thread.currentThread();
      self.getUncaughtExceptionHandler().uncaughtException(self, failure);
    }
  }

  private void takeCalls() {
    synchronized (lock) {
      for (Runnable work = external.pollFirst(); work != null; work = external.pollFirst()) {
        add(work);
      }
      called = false;
    }
  }

  /** Waits for work from outside; false if none came and this thread does not carry any more. */
  private boolean awaitCall(Thread self) {
    for (int spin = 0; spin < SPINS && !called; spin++) {
      Thread.onSpinWait();
    }
    while (true) {
      synchronized (lock) {
        idle = !called && waits;
        if (called) {
          return true;
        }
        if (!waits) {
          owner = owner == self ? null : owner;
          return false;
        }
      }
      LockSupport.park(this);
    }
  }

  private void add(Runnable work) {
    if (size == ring.length) {
      grow();
    }
    ring[(head + size) & (ring.length - 1)] = work;
    size++;
  }

  private Runnable poll() {
    Runnable work = ring[head];
    head = (head + 1) & (ring.length - 1);
    size--;
    return work;
  }

  private void grow() {
    Runnable[] larger = new Runnable[ring.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = ring[(head + i) & (ring.length - 1)];
    }
    ring = larger;
    head = 0;
  }
}
