package org.jccl.nccl;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jccl.spi.RankHost;

/** Rank programs on platform threads, since NCCL and CUDA keep state per OS thread. */
final class PlatformRanks implements RankHost {
  @Override
  public void run(int worldSize, Body body) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      int own = rank;
      threads.add(
          Thread.ofPlatform().daemon().name("jccl-rank-" + rank).start(() -> body.run(own)));
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
