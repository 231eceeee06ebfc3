package org.jccl;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The {@link Rank} that a program is given. */
final class RunningRank implements Rank {
  private final Backend backend;
  private final Communicator communicator;
  private final ProcessGroup group;
  private final List<String> args;
  private final Object lock = new Object();

  /** The thread inside {@link #blocking}, or null. */
  private @Nullable Thread blocked;

  private boolean aborted;

  RunningRank(Backend backend, Communicator communicator, ProcessGroup group, List<String> args) {
    this.backend = backend;
    this.communicator = communicator;
    this.group = group;
    this.args = args;
  }

  @Override
  public int rank() {
    return communicator.rank();
  }

  @Override
  public int worldSize() {
    return communicator.worldSize();
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public Device device() {
    return communicator.device();
  }

  @Override
  public Communicator communicator() {
    return communicator;
  }

  @Override
  public ProcessGroup processGroup() {
    return group;
  }

  @Override
  public List<String> args() {
    return args;
  }

  @Override
  public <T> T blocking(Callable<T> body) throws Exception {
    return backend.rankHost().blocking(() -> interruptible(body));
  }

  /** Another rank failed: what this rank waits for outside jccl may never come. */
  void interruptBlocking() {
    synchronized (lock) {
      aborted = true;
      if (blocked != null) {
        blocked.interrupt();
      }
    }
  }

  private <T> T interruptible(Callable<T> body) throws Exception {
    synchronized (lock) {
      if (aborted) {
        throw new CommunicatorAbortedException(
            communicator.name() + ", rank " + rank() + ": another rank failed", null);
      }
      blocked = Thread.currentThread();
    }
    try {
      return body.call();
    } finally {
      synchronized (lock) {
        blocked = null;
        if (aborted) {
          Thread.interrupted(); // It was meant for the body alone.
        }
      }
    }
  }

  @Override
  public String toString() {
    return "rank " + rank() + "/" + worldSize();
  }
}
