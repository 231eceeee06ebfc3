package org.jccl.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.jccl.DataType;
import org.jccl.benchmarks.simspeed.CallBudget;
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
 * All twelve element types: a sum over 2 ranks, in the cache and beyond it. Divide the elements by
 * {@link CallTime#micros} for the rate.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5)
@Measurement(iterations = 5)
@SuppressWarnings("NullAway.Init") // JMH calls open first
public class SimTypesBenchmark {
  /** Type of the elements. */
  @Param({
    "INT8",
    "UINT8",
    "INT32",
    "UINT32",
    "INT64",
    "UINT64",
    "FLOAT16",
    "FLOAT32",
    "FLOAT64",
    "BFLOAT16",
    "FLOAT8_E4M3",
    "FLOAT8_E5M2"
  })
  public DataType type;

  /** Size of each rank's buffer. */
  @Param({"32768", "1048576"})
  public long bytes;

  /** Milliseconds that the calls of an invocation take together, about. */
  @Param("100")
  public long budgetMillis;

  private SimRanks world;
  private int calls;

  /** Made by JMH. */
  public SimTypesBenchmark() {}

  /** Opens the world and finds out how many calls fill the time. */
  @Setup(Level.Trial)
  public void open() {
    world =
        new SimRanks(
            PeerOperation.ALL_REDUCE, 2, bytes, type, RankMode.DETERMINISTIC, CallWay.SYNCHRONOUS);
    calls = CallBudget.calls(world, budgetMillis);
  }

  /** A batch of calls. */
  @Benchmark
  public void call(CallTime time) {
    time.take(world.run(calls), PeerOperation.ALL_REDUCE, calls);
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    world.close();
  }
}
