package org.jccl.testing;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jccl.spi.RankHost;

/** Runs ranks on platform threads. */
final class PlatformThreads implements RankHost {
  @Override
  public void run(int worldSize, Body body) throws InterruptedException {
    List<Thread> threads =
        IntStream.range(0, worldSize)
            .mapToObj(
                rank ->
                    Thread.ofPlatform().daemon().name("rank " + rank).start(() -> body.run(rank)))
            .toList();
    InterruptedException interrupt = null;
    for (Thread thread : threads) {
      boolean ended = false;
      while (!ended) {
        try {
          thread.join();
          ended = true;
        } catch (InterruptedException first) {
          interrupt = first;
          threads.forEach(Thread::interrupt);
        }
      }
    }
    if (interrupt != null) {
      throw interrupt;
    }
  }

  @Override
  public <T> T blocking(Callable<T> body) throws Exception {
    return body.call();
  }
}
