package org.jccl.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.ProcessGroup;
import org.jccl.RankHost;

/**
 * Ranks on daemon platform threads that nobody orders: for libraries that keep state per OS thread,
 * as NCCL and CUDA do.
 */
public final class PlatformRanks implements RankHost {
  private static final Duration LOOK = Duration.ofMillis(100);

  /** Threads are made for each run. */
  public PlatformRanks() {}

  @Override
  public void run(int worldSize, Body body) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      int own = rank;
      threads.add(
          Thread.ofPlatform().daemon().name("jccl-rank-" + rank).start(() -> body.run(own)));
    }
    InterruptedException interrupted = null;
    long graceEnds = 0;
    boolean ending = false;
    for (int rank = 0; rank < worldSize; rank++) {
      Thread thread = threads.get(rank);
      while (thread.isAlive()) {
        if (!ending && (interrupted != null || body.hasFailed())) {
          ending = true;
          graceEnds = System.nanoTime() + body.grace().toNanos();
        }
        if (ending && System.nanoTime() - graceEnds > 0) {
          body.leave(rank, thread, null);
          break;
        }
        try {
          thread.join(LOOK);
        } catch (InterruptedException passedOn) {
          interrupted = passedOn;
          threads.forEach(Thread::interrupt);
        }
      }
    }
    if (interrupted != null) {
      throw interrupted;
    }
  }

  @Override
  public List<ProcessGroup> processGroups(int worldSize) {
    return ProcessGroups.inJvm(worldSize);
  }

  @Override
  public <T> T blocking(Callable<T> body) throws Exception {
    return body.call();
  }
}
