package org.jccl.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.jccl.benchmarks.simspeed.CallWay;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jccl.benchmarks.simspeed.RankMode;
import org.jccl.benchmarks.simspeed.SimRanks;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Very many ranks: all-reduces of 4 KiB, a fixed number of calls. {@link CallTime#openMillis} is
 * the ranks' opening, apart. Wants {@code -Xmx8g}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx8g")
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@SuppressWarnings("NullAway.Init") // JMH calls open first
public class SimScaleBenchmark {
  /** Number of ranks. */
  @Param({"64", "256", "1024", "4096", "16384", "65536"})
  public int ranks;

  /** Size of each rank's buffer. */
  @Param("4096")
  public long bytes;

  private SimRanks world;

  /** Made by JMH. */
  public SimScaleBenchmark() {}

  /** How many calls are made by how many ranks. */
  static int calls(int ranks) {
    if (ranks <= 1024) {
      return 100;
    }
    return ranks <= 16384 ? 20 : 5;
  }

  /** Opens the world. */
  @Setup(Level.Trial)
  public void open() {
    world =
        new SimRanks(
            PeerOperation.ALL_REDUCE, ranks, bytes, RankMode.DETERMINISTIC, CallWay.SYNCHRONOUS);
  }

  /** All calls of a number of ranks. */
  @Benchmark
  public void call(CallTime time) {
    time.take(world.run(calls(ranks)), PeerOperation.ALL_REDUCE, calls(ranks));
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    world.close();
  }
}
