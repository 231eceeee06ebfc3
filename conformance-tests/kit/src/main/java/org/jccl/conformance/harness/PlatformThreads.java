package org.jccl.conformance.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.spi.RankHost;

/** Ranks on daemon platform threads that nobody orders. */
public final class PlatformThreads implements RankHost {
  /** Threads are made for each run. */
  public PlatformThreads() {}

  @Override
  public void run(int worldSize, Body body) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      int own = rank;
      threads.add(Thread.ofPlatform().daemon().name("rank-" + rank).start(() -> body.run(own)));
    }
    InterruptedException interrupted = null;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
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
  public <T> T blocking(Callable<T> body) throws Exception {
    return body.call();
  }
}
