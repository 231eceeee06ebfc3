package org.jccl.benchmarks.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jccl.benchmarks.simspeed.SmallWorld;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The first test of a fresh JVM without any flag: a process that runs one world of two ranks. Its
 * processor time counts, user and system; Linux alone tells it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2)
@Measurement(iterations = 10)
public class FirstTestBenchmark {
  private static final int MILLIS_PER_TICK = 10; // USER_HZ, on every Linux

  /** Processor time of the process. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Cpu {
    /** Milliseconds, user and system. */
    public long cpuMillis;

    /** Made by JMH. */
    public Cpu() {}
  }

  /** Made by JMH. */
  public FirstTestBenchmark() {}

  /** One process. */
  @Benchmark
  public void process(Cpu cpu) throws IOException, InterruptedException {
    long before = ticksOfChildren();
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SmallWorld.class.getName())
            .inheritIO()
            .start();
    if (child.waitFor() != 0) {
      throw new IllegalStateException("the test failed: exit code " + child.exitValue());
    }
    cpu.cpuMillis = (ticksOfChildren() - before) * MILLIS_PER_TICK;
  }

  /** User and system time of the children that have ended. */
  private static long ticksOfChildren() throws IOException {
    String line = Files.readString(Path.of("/proc/self/stat"));
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
  }
}
