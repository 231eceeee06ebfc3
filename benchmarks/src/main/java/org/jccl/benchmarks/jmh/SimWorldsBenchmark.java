package org.jccl.benchmarks.jmh;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jccl.benchmarks.simspeed.SmallWorld;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Schedules a second: whole worlds of ten all-reduces of 64 B, each opened and closed, several at
 * once in one JVM on all cores. {@link ProcessCpu#cpuMicros} is what one costs, whoever else uses
 * the machine.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Threads(Threads.MAX)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 5, time = 5)
public class SimWorldsBenchmark {
  private static final int WARM = 16_000;

  /** Number of ranks. */
  @Param({"8", "2"})
  public int ranks;

  /** How the schedule is chosen. */
  @Param({"fifo", "seeds"})
  @SuppressWarnings("NullAway.Init") // JMH sets it
  public String schedule;

  private final AtomicLong seeds = new AtomicLong();

  /** Made by JMH. */
  public SimWorldsBenchmark() {}

  /**
   * So many worlds first, however long they take: the compilers count calls, not seconds. Ranks are
   * virtual threads. The launcher asks for one carrier of them, which is right for one world;
   * worlds on all cores need one a core, as a JVM without flags has.
   */
  @Setup(Level.Trial)
  public void warmUp() {
    ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class)
        .setParallelism(Runtime.getRuntime().availableProcessors());
    for (int world = 0; world < WARM; world++) {
      run();
    }
  }

  /** One world. */
  @Benchmark
  public long world(ProcessCpu cpu) {
    cpu.count();
    return run();
  }

  private long run() {
    return schedule.equals("fifo")
        ? SmallWorld.run(ranks)
        : SmallWorld.run(ranks, seeds.incrementAndGet());
  }
}
