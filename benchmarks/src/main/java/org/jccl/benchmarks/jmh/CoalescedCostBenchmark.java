package org.jccl.benchmarks.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.conformance.loopback.StubLibrary;
import org.jccl.nccl.NcclBackend;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.sim.Simulator;
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
 * What many small all-reduces cost their host as a group and as one call, nanoseconds for all of
 * them, over a library that does nothing: {@code ./jccl bench --coalesced} measures what they take
 * on GPUs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls open first
public class CoalescedCostBenchmark {
  private static final int VERSION = 22809;

  /** How many all-reduces. */
  @Param({"4", "16", "64"})
  public int parts;

  private Simulator simulator;
  private StubLibrary stubs;
  private NcclBackend backend;
  private Communicator comm;
  private DeviceBuffer whole;
  private Consumer<Collectives> body;

  /** Opens a one-rank communicator whose calls do nothing. */
  @Setup(Level.Trial)
  public void open() {
    simulator = Simulator.builder().devices(1).build();
    stubs = new StubLibrary(simulator.raw(), VERSION);
    NcclLibrary library =
        NcclLibrary.ofSymbols(
            "no operation", symbol -> NoOperation.instead(symbol, stubs.find(symbol)));
    backend = NcclBackend.over(library, simulator::devicesOf);
    Device device = backend.devices().getFirst();
    comm = backend.openAll(List.of(device), CommunicatorConfig.defaults()).getFirst();
    whole = device.allocate(DataType.FLOAT32, 16L * parts);
    List<DeviceBuffer> each = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      each.add(whole.slice(16L * i, 16));
    }
    body = calls -> each.forEach(part -> calls.allReduce(part, ReduceOp.SUM));
  }

  /** A call each, between the start and the end of a group. */
  @Benchmark
  public void a_group() {
    comm.group(body);
  }

  /** One call: the parts lie side by side. */
  @Benchmark
  public void b_coalesced() {
    comm.coalesced(body);
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    whole.close();
    comm.close();
    backend.close();
    stubs.close();
    simulator.close();
  }
}
