package org.jccl.benchmarks.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.Backends;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.GroupScope;
import org.jccl.ReduceOp;
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
 * How long the simulator takes for one all-reduce over all ranks, from the first call until the
 * data are there. One thread drives all ranks, so that no hand-off between threads is part of it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls open first
public class SimAllReduceBenchmark {
  /** Number of ranks. */
  @Param({"2", "4", "8"})
  public int ranks;

  /** Size of each rank's buffer. */
  @Param({"8", "8192", "1048576", "16777216"})
  public long bytes;

  private Backend backend;
  private List<Communicator> communicators;
  private final List<DeviceBuffer> buffers = new ArrayList<>();
  private Consumer<GroupScope> calls;

  /** Opens a simulator with as many devices as ranks. */
  @Setup(Level.Trial)
  public void open() {
    backend = Backends.choose("sim", BackendConfig.ofDevices(ranks)).open();
    communicators = backend.openAll(backend.devices(), CommunicatorConfig.defaults());
    for (Communicator communicator : communicators) {
      DeviceBuffer buffer =
          communicator.device().allocate(DataType.FLOAT32, bytes / DataType.FLOAT32.bytes());
      buffer.fill((byte) 0, communicator.defaultStream());
      communicator.defaultStream().synchronize();
      buffers.add(buffer);
    }
    calls = this::issue;
  }

  /** One all-reduce in place, of zeros: sums that stay what they are. */
  @Benchmark
  public void allReduce() {
    backend.group(calls);
    for (Communicator communicator : communicators) {
      communicator.defaultStream().synchronize();
    }
  }

  private void issue(GroupScope group) {
    for (int rank = 0; rank < ranks; rank++) {
      group.on(communicators.get(rank)).allReduce(buffers.get(rank), ReduceOp.SUM);
    }
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    buffers.forEach(DeviceBuffer::close);
    buffers.clear();
    communicators.forEach(Communicator::close);
    backend.close();
  }
}
