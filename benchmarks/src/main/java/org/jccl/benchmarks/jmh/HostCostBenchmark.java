package org.jccl.benchmarks.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jccl.CheckLevel;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.conformance.loopback.StubLibrary;
import org.jccl.nccl.NcclBackend;
import org.jccl.nccl.ffi.NcclBinding;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.sim.Simulator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a call costs its host before NCCL does anything, nanoseconds: every path ends in a C
 * function that does nothing at once, so the differences between them are Java's.
 *
 * <p>What listeners add is in {@link ListenerCostBenchmark}. A method each and not a parameter: a
 * branch on it would be part of the figure. The bars: the checked call at most 25 ns above the bare
 * downcall, and no path allocates ({@code -prof gc}).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls open first
public class HostCostBenchmark {
  private static final int VERSION = 22809;

  private Simulator simulator;
  private StubLibrary stubs;
  private NcclBackend backend;
  private NcclBinding binding;
  private Communicator checked;
  private Communicator unchecked;
  private DeviceBuffer send;
  private DeviceBuffer recv;
  private long stream;

  /**
   * Opens one-rank communicators: created through stubs, calling the function that does nothing.
   */
  @Setup(Level.Trial)
  public void open() {
    simulator = Simulator.builder().devices(2).build();
    stubs = new StubLibrary(simulator.raw(), VERSION);
    NcclLibrary library =
        NcclLibrary.ofSymbols(
            "no operation", symbol -> NoOperation.instead(symbol, stubs.find(symbol)));
    backend = NcclBackend.over(library, simulator::devicesOf);
    binding = library.binding();
    Device device = backend.devices().getFirst();
    checked = openOn(device, CheckLevel.DEFAULT);
    unchecked = openOn(device, CheckLevel.NONE);
    send = device.allocate(DataType.FLOAT32, 1024);
    recv = device.allocate(DataType.FLOAT32, 1024);
    stream = checked.defaultStream().handle();
  }

  private Communicator openOn(Device device, CheckLevel checks) {
    CommunicatorConfig config = CommunicatorConfig.builder().checks(checks).build();
    return backend.openAll(List.of(device), config).getFirst();
  }

  /** The downcall alone, arguments at hand: what the JDK's linker takes. */
  @Benchmark
  public int a_rawDowncall() throws Throwable {
    return NoOperation.call(send.address(), recv.address(), 1024, 7, 0, stream, stream);
  }

  /** The same through the binding's symbol table: the address comes out of an object. */
  @Benchmark
  public int b_binding() {
    return binding.allReduce(send.address(), recv.address(), 1024, 7, 0, stream, stream);
  }

  /** A communicator's call as programs make it, every argument checked. */
  @Benchmark
  public void c_checkedCall() {
    checked.allReduce(send, recv, ReduceOp.SUM);
  }

  /** The same without the argument rules. */
  @Benchmark
  public void d_uncheckedCall() {
    unchecked.allReduce(send, recv, ReduceOp.SUM);
  }

  /** Four downcalls: group start, send, receive, group end; recorded first, checked. */
  @Benchmark
  public void e_sendRecv() {
    checked.sendRecv(send, 0, recv, 0);
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    send.close();
    recv.close();
    checked.close();
    unchecked.close();
    backend.close();
    stubs.close();
    simulator.close();
  }
}
