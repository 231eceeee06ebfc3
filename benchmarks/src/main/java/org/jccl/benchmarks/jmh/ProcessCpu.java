package org.jccl.benchmarks.jmh;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.infra.ThreadParams;

/** What an operation costs in processor time of the whole JVM, its compilers and collectors too. */
@AuxCounters(AuxCounters.Type.EVENTS)
@State(Scope.Thread)
public class ProcessCpu {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Of all threads. */
  private static final LongAdder OPERATIONS = new LongAdder();

  private static volatile long begin;

  /**
   * Microseconds of processor time an operation; each thread's and each iteration's share, as JMH
   * adds them up.
   */
  public double cpuMicros;

  /** Made by JMH. */
  public ProcessCpu() {}

  /** An operation. */
  void count() {
    OPERATIONS.increment();
  }

  /** An iteration begins. */
  @Setup(Level.Iteration)
  public void start() {
    cpuMicros = 0;
    OPERATIONS.reset();
    begin = SYSTEM.getProcessCpuTime();
  }

  /** It ends. */
  @TearDown(Level.Iteration)
  public void end(ThreadParams threads, IterationParams iterations) {
    double all = (SYSTEM.getProcessCpuTime() - begin) / 1e3 / Math.max(1, OPERATIONS.sum());
    cpuMicros = all / threads.getThreadCount() / iterations.getCount();
  }
}
