package org.jccl.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
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
 * The simulator's data plane: back-to-back calls of one operation by rank programs, for a given
 * time. The figure is {@link CallTime#micros}; JMH's own is the batch with the ranks' start.
 *
 * <p>With {@code -p way=ENQUEUED} the ranks wait for their streams once instead of after each call,
 * with {@code -p mode=FREE} they are platform threads without the deterministic schedule.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5)
@Measurement(iterations = 5)
@SuppressWarnings("NullAway.Init") // JMH calls open first
public class SimCollectiveBenchmark {
  /** Key of the operation. */
  @Param({"allreduce", "allgather", "reducescatter", "bcast", "sendrecv"})
  public String op;

  /** Number of ranks. */
  @Param({"2", "4", "8"})
  public int ranks;

  /** Size, as nccl-tests counts it. */
  @Param({
    "32",
    "128",
    "512",
    "2048",
    "8192",
    "32768",
    "131072",
    "524288",
    "2097152",
    "8388608",
    "33554432",
    "67108864"
  })
  public long bytes;

  /** How the ranks run. */
  @Param("DETERMINISTIC")
  public RankMode mode;

  /** When they wait. */
  @Param("SYNCHRONOUS")
  public CallWay way;

  /** Milliseconds that the calls of an invocation take together, about. */
  @Param("100")
  public long budgetMillis;

  private SimRanks world;
  private int turns;

  /** Made by JMH. */
  public SimCollectiveBenchmark() {}

  /** Opens the world and finds out how many calls fill the time. */
  @Setup(Level.Trial)
  public void open() {
    world = new SimRanks(PeerOperation.of(op), ranks, bytes, mode, way);
    turns = CallBudget.calls(world, budgetMillis);
  }

  /** A batch of calls. */
  @Benchmark
  public void call(CallTime time) {
    time.take(world.run(turns), PeerOperation.of(op), turns);
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    world.close();
  }
}
