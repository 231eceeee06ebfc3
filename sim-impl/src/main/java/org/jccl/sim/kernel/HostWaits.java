package org.jccl.sim.kernel;

import java.util.function.BooleanSupplier;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ResultCode;

/** How a host thread waits inside a call, and all that may end its wait. */
final class HostWaits {
  private final EventLoop loop;
  private final Baton baton;
  private final Limits limits;

  HostWaits(EventLoop loop, Baton baton, Limits limits) {
    this.loop = loop;
    this.baton = baton;
    this.limits = limits;
  }

  /** {@code task} waits, baton given up, until {@code condition} holds. */
  void await(HostTask task, BooleanSupplier condition, Wait what) {
    ForeignParking parking = baton.parking();
    long deadline = task.owned ? Long.MAX_VALUE : parking.timeout().deadline();
    while (!condition.getAsBoolean()) {
      throwIfEnded(task, what);
      if (!task.owned && System.nanoTime() - deadline > 0) {
        reportStandstill(task, what);
      }
      block(task, what);
    }
    throwPending(task);
  }

  private void block(HostTask task, Wait what) {
    task.waitingFor = what;
    task.state = HostTask.State.BLOCKED;
    baton.countForeignWaiting(task.owned ? 0 : 1);
    try {
      loop.passOn(task);
    } finally {
      baton.countForeignWaiting(task.owned ? 0 : -1);
      task.state = HostTask.State.RUNNING;
      task.waitingFor = null;
    }
  }

  /** Throws what ends a wait of {@code task} for {@code what} before it is fulfilled, if any. */
  void throwIfEnded(HostTask task, Wait what) {
    throwPending(task);
    limits.throwIfLate(task, what);
  }

  private static void throwPending(HostTask task) {
    RuntimeException failure = task.failure;
    if (failure != null) {
      task.failure = null;
      throw failure;
    }
    if (task.verdict != null) {
      throw task.takeVerdict();
    }
    if (task.interrupted) {
      task.interrupted = false;
      Thread.currentThread().interrupt();
      throw new CollectiveException(ResultCode.UNKNOWN, task + " was interrupted while it waited");
    }
  }

  /** A foreign thread has waited for too long. */
  private void reportStandstill(HostTask task, Wait what) {
    ForeignParking parking = baton.parking();
    task.waitingFor = what;
    task.state = HostTask.State.BLOCKED;
    try {
      parking.reportLate(task);
    } finally {
      task.state = HostTask.State.RUNNING;
      task.waitingFor = null;
    }
    throwPending(task);
    throw new CollectiveTimeoutException(
        "waited " + parking.timeout() + " for " + what.describe());
  }
}
