package org.jccl.benchmarks.jmh;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.jccl.DataType;
import org.jccl.benchmarks.simspeed.CallWay;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jccl.benchmarks.simspeed.RankMode;
import org.jccl.benchmarks.simspeed.SimRanks;
import org.jccl.sim.Simulator;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * What it costs at default checks to look for races and to know the line of each call: the same
 * calls in two worlds of one JVM, in turns, one with it and one without. The ratio is that of
 * processor time, so that others on the machine hardly matter.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx4g", "-XX:+UseSerialGC"})
@Warmup(iterations = 3)
@Measurement(iterations = 7)
@SuppressWarnings("NullAway.Init") // JMH calls open first
public class SimRaceCostBenchmark {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final int TURNS = 10;
  private static final int MANY = 1024;

  /** Ranks and bytes of each rank's buffer. */
  @Param({"2x8", "2x1024", "4x64", "8x8", "8x64", "8x1024", "8x8192", "1024x4096"})
  public String size;

  /** Whether ranks wait for each call, or for all at the end. */
  @Param({"SYNCHRONOUS", "ENQUEUED"})
  public CallWay way;

  private SimRanks with;
  private SimRanks without;
  private int calls;

  /** Processor time in hundredths of that without it. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Cost {
    /** The ratio of an iteration, in percent. */
    public double percent;

    /** Made by JMH. */
    public Cost() {}
  }

  /** Made by JMH. */
  public SimRaceCostBenchmark() {}

  /** Opens both worlds. */
  @Setup(Level.Trial)
  public void open() {
    int ranks = Integer.parseInt(size.substring(0, size.indexOf('x')));
    long bytes = Long.parseLong(size.substring(size.indexOf('x') + 1));
    calls = ranks == MANY ? 100 : 40_000 / ranks;
    with = world(ranks, bytes, true);
    without = world(ranks, bytes, false);
  }

  private SimRanks world(int ranks, long bytes, boolean races) {
    return new SimRanks(
        PeerOperation.ALL_REDUCE,
        ranks,
        bytes,
        DataType.FLOAT32,
        RankMode.DETERMINISTIC,
        way,
        Simulator.builder().races(races));
  }

  /** Both, in turns. */
  @Benchmark
  public void turns(Cost cost) {
    int turns = calls == 100 ? 2 : TURNS;
    double own = 0;
    double other = 0;
    for (int turn = 0; turn < turns; turn++) {
      boolean first = turn % 2 == 0;
      own += first ? cpu(with) : 0;
      other += cpu(without);
      own += first ? 0 : cpu(with);
    }
    cost.percent = 100 * own / other;
  }

  private long cpu(SimRanks world) {
    long begin = SYSTEM.getProcessCpuTime();
    world.run(calls);
    return SYSTEM.getProcessCpuTime() - begin;
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    with.close();
    without.close();
  }
}
