package org.jccl.benchmarks.jmh;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jccl.BackendConfig;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.GroupScope;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.nccl.NcclBackend;
import org.jccl.nccl.cuda.NcclProvider;
import org.jccl.nccl.ffi.NcclBinding;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What enqueueing an all-reduce costs its host with the real library: a communicator's call beside
 * the bare binding's, in nanoseconds an all-reduce of all ranks. Needs GPUs; {@link GpuBenchmarks}
 * leaves it out where there are none.
 *
 * <p>One thread drives all ranks: several are one group, so that no thread waits for another. An
 * invocation enqueues fewer calls than the driver queues, and each begins with idle streams;
 * otherwise the host would wait for the GPU, and the figure would be the GPU's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls open first
public class NcclHostCostBenchmark {
  private static final int CALLS = 64;
  private static final int COUNT = 1024;

  /** Number of ranks, a GPU each. */
  @Param({"1", "2"})
  public int gpus;

  private final Arena arena = Arena.ofShared();
  private NcclBackend backend;
  private NcclBinding binding;
  private List<Communicator> communicators;
  private List<Communicator> limited;
  private MemorySegment handles;
  private Stream[] streams;
  private DeviceBuffer[] sends;
  private DeviceBuffer[] recvs;
  private Consumer<GroupScope> calls;
  private Consumer<GroupScope> limitedCalls;

  /** Opens the ranks twice: typed, and by the bare binding. */
  @Setup(Level.Trial)
  public void open() {
    backend = (NcclBackend) new NcclProvider().open(BackendConfig.ofDevices(gpus));
    binding = backend.binding();
    List<Device> devices = backend.devices().subList(0, gpus);
    communicators = backend.openAll(devices, CommunicatorConfig.defaults());
    handles = arena.allocate(JAVA_LONG, gpus);
    limited =
        backend.openAll(
            devices, CommunicatorConfig.builder().operationTimeout(Duration.ofMinutes(1)).build());
    int code = binding.commInitAll(handles, gpus, MemorySegment.NULL);
    if (code != 0) {
      throw new IllegalStateException("ncclCommInitAll: " + binding.getErrorString(code));
    }
    streams = new Stream[gpus];
    sends = new DeviceBuffer[gpus];
    recvs = new DeviceBuffer[gpus];
    for (int rank = 0; rank < gpus; rank++) {
      streams[rank] = communicators.get(rank).defaultStream();
      sends[rank] = devices.get(rank).allocate(DataType.FLOAT32, COUNT);
      recvs[rank] = devices.get(rank).allocate(DataType.FLOAT32, COUNT);
      sends[rank].fill((byte) 0, streams[rank]);
    }
    calls = group -> record(group, communicators);
    limitedCalls = group -> record(group, limited);
  }

  /** Nothing is in flight when an invocation begins. */
  @Setup(Level.Invocation)
  public void settle() {
    for (Stream stream : streams) {
      stream.synchronize();
    }
  }

  /** NCCL and the downcall. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public int binding() {
    int code = 0;
    for (int call = 0; call < CALLS; call++) {
      code |= gpus == 1 ? raw(0) : rawGroup();
    }
    return code;
  }

  private int rawGroup() {
    int code = binding.groupStart();
    for (int rank = 0; rank < gpus; rank++) {
      code |= raw(rank);
    }
    return code | binding.groupEnd();
  }

  private int raw(int rank) {
    return binding.allReduce(
        sends[rank].address(),
        recvs[rank].address(),
        COUNT,
        DataType.FLOAT32.code(),
        ReduceOp.SUM.code(),
        handles.getAtIndex(JAVA_LONG, rank),
        streams[rank].handle());
  }

  /** The same by communicators, every argument checked. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void communicator() {
    issue(communicators.getFirst(), calls);
  }

  /** The same with a limit of time for each call, which another thread makes then. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void communicatorWithTimeout() {
    issue(limited.getFirst(), limitedCalls);
  }

  private void issue(Communicator first, Consumer<GroupScope> all) {
    for (int call = 0; call < CALLS; call++) {
      if (gpus == 1) {
        first.allReduce(sends[0], recvs[0], ReduceOp.SUM, streams[0]);
      } else {
        backend.group(all);
      }
    }
  }

  private void record(GroupScope group, List<Communicator> ranks) {
    for (int rank = 0; rank < gpus; rank++) {
      group.on(ranks.get(rank)).allReduce(sends[rank], recvs[rank], ReduceOp.SUM, streams[rank]);
    }
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    settle();
    for (int rank = 0; rank < gpus; rank++) {
      sends[rank].close();
      recvs[rank].close();
    }
    binding.groupStart();
    for (int rank = 0; rank < gpus; rank++) {
      binding.commDestroy(handles.getAtIndex(JAVA_LONG, rank));
    }
    binding.groupEnd();
    communicators.forEach(Communicator::close);
    limited.forEach(Communicator::close);
    backend.close();
    arena.close();
  }
}
