package org.jccl.testing;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jccl.CollectiveTimeoutException;
import org.jccl.CommunicatorAbortedException;
import org.jccl.spi.WaitQueue;

/**
 * What the ranks of one fake communicator share: who has come, how many calls each has made. A
 * stream's synchronize waits until every rank has made as many calls, or somebody aborts: enough to
 * hang as NCCL would, and to be freed as NCCL would.
 */
final class FakeWorld {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final WaitQueue queue = new WaitQueue();
  private final long[] calls;
  private final boolean[] aborted;
  private int joined;

  FakeWorld(int worldSize) {
    calls = new long[worldSize];
    aborted = new boolean[worldSize];
  }

  void join(int rank, Duration timeout) {
    queue.update(() -> joined++);
    await(rank, "creation", () -> joined == calls.length, timeout);
  }

  void called(int rank) {
    queue.update(() -> calls[rank]++);
  }

  void abort(int rank) {
    queue.update(() -> aborted[rank] = true);
  }

  void synchronize(int rank) {
    await(rank, "synchronize", () -> slowest() >= calls[rank] || aborted[rank], LONG);
    boolean[] dead = new boolean[1];
    queue.update(() -> dead[0] = aborted[rank]);
    if (dead[0]) {
      throw new CommunicatorAbortedException("rank " + rank + ": aborted", null);
    }
  }

  private long slowest() {
    long least = Long.MAX_VALUE;
    for (long one : calls) {
      least = Math.min(least, one);
    }
    return least;
  }

  private void await(int rank, String what, BooleanSupplier ready, Duration timeout) {
    try {
      if (!queue.await("rank " + rank + ", " + what, ready, timeout)) {
        throw new CollectiveTimeoutException("rank " + rank + ": " + what + " timed out");
      }
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new CommunicatorAbortedException("rank " + rank + ": interrupted", interrupt);
    }
  }
}
