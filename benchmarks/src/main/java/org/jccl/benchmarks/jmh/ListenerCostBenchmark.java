package org.jccl.benchmarks.jmh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import org.jccl.CallListener;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ProcessGroup;
import org.jccl.ReduceOp;
import org.jccl.conformance.loopback.StubLibrary;
import org.jccl.nccl.NcclBackend;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.observe.CallCounters;
import org.jccl.observe.CrossRankCheck;
import org.jccl.observe.FlightRecorder;
import org.jccl.observe.JfrEvents;
import org.jccl.observe.NanCheck;
import org.jccl.observe.ResultHash;
import org.jccl.process.ProcessGroups;
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
 * What each listener adds to a call, nanoseconds: a checked all-reduce through NCCL's binding,
 * whose C function does nothing at once. Compare with {@code a_noListener}; the flight recorder may
 * cost 150 ns, and no bytes ({@code -prof gc}).
 *
 * <p>Completion and the check for NaN put work on the stream, so they wait for it in the end, and
 * are to be compared with {@code f_waited}: streams and events are the simulator's here, not
 * CUDA's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls open first
public class ListenerCostBenchmark {
  private static final int VERSION = 22809;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private Simulator simulator;
  private NcclBackend backend;
  private Communicator plain;
  private Communicator heard;
  private Communicator recorded;
  private Communicator counted;
  private Communicator traced;
  private Communicator timed;
  private Communicator looked;
  private Communicator compared;
  private DeviceBuffer send;
  private DeviceBuffer recv;
  private Communicator recording;
  private Communicator hashed;
  private Communicator limited;
  private Recording flight;
  private final List<ProcessGroup> groups = new ArrayList<>();
  private final List<Thread> partners = new ArrayList<>();

  /** Opens one-rank communicators, and one of two ranks whose other rank another thread drives. */
  @Setup(Level.Trial)
  public void open() {
    simulator = Simulator.builder().devices(2).build();
    StubLibrary stubs = new StubLibrary(simulator.raw(), VERSION);
    NcclLibrary library =
        NcclLibrary.ofSymbols(
            "no operation", symbol -> NoOperation.instead(symbol, stubs.find(symbol)));
    backend = NcclBackend.over(library, simulator::devicesOf);
    opened.addAll(List.of(simulator, stubs, backend));
    plain = alone(CommunicatorConfig.defaults());
    heard = alone(listening(where -> new CallListener() {}));
    recorded = alone(listening(FlightRecorder.builder().build()));
    counted = alone(listening(new CallCounters()));
    traced = alone(listening(new JfrEvents()));
    timed = alone(listening(where -> new Timer()));
    looked = alone(listening(new NanCheck()));
    Device device = backend.devices().getFirst();
    send = device.allocate(DataType.FLOAT32, 1024);
    recv = device.allocate(DataType.FLOAT32, 1024);
    opened.add(send);
    opened.add(recv);
    send.fill((byte) 0, plain.defaultStream());
    recv.fill((byte) 0, plain.defaultStream());
    plain.defaultStream().synchronize();
    compared = pair(listening(new CrossRankCheck()));
    hashed = pair(listening(new ResultHash()));
    limited =
        alone(
            CommunicatorConfig.builder()
                .warmUp(false)
                .operationTimeout(Duration.ofMinutes(1))
                .build());
  }

  /** Events are written from here on; other figures do not hear of it. */
  private void record() {
    if (flight == null) {
      flight = new Recording();
      flight.enable("org.jccl.Collective");
      flight.start();
      recording = alone(listening(new JfrEvents()));
    }
  }

  private static final class Timer implements CallListener {
    @Override
    public boolean hearsCompletion() {
      return true;
    }
  }

  private static CommunicatorConfig listening(CallListener.Factory listener) {
    return CommunicatorConfig.builder().warmUp(false).listener(listener).build();
  }

  private Communicator alone(CommunicatorConfig config) {
    Communicator made = backend.openAll(List.of(backend.devices().getFirst()), config).getFirst();
    opened.add(made);
    return made;
  }

  private Communicator pair(CommunicatorConfig config) {
    List<ProcessGroup> both = ProcessGroups.inJvm(2);
    groups.add(both.getFirst());
    CompletableFuture<Communicator> other = new CompletableFuture<>();
    Device second = backend.devices().get(1);
    partners.add(
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  Communicator made = Communicator.open(both.get(1), second, config);
                  other.complete(made);
                  follow(made, second);
                }));
    Communicator made = Communicator.open(both.getFirst(), backend.devices().getFirst(), config);
    opened.add(other.join());
    opened.add(made);
    return made;
  }

  /** Makes the same calls as the measured thread, until that leaves the group. */
  private static void follow(Communicator made, Device device) {
    try (DeviceBuffer in = device.allocate(DataType.FLOAT32, 1024);
        DeviceBuffer out = device.allocate(DataType.FLOAT32, 1024)) {
      out.fill((byte) 0, made.defaultStream()); // as on the other rank: results are compared
      while (true) {
        made.allReduce(in, out, ReduceOp.SUM);
        made.defaultStream().synchronize();
      }
    } catch (RuntimeException over) {
      // The measured thread has left.
    }
  }

  /** Nobody listens. */
  @Benchmark
  public void a_noListener() {
    plain.allReduce(send, recv, ReduceOp.SUM);
  }

  /** A listener that does nothing. */
  @Benchmark
  public void b_emptyListener() {
    heard.allReduce(send, recv, ReduceOp.SUM);
  }

  /** The flight recorder, with the line of the call. */
  @Benchmark
  public void c_recorder() {
    recorded.allReduce(send, recv, ReduceOp.SUM);
  }

  /** Counters for JMX. */
  @Benchmark
  public void d_counters() {
    counted.allReduce(send, recv, ReduceOp.SUM);
  }

  /** JFR events, which no recording asks for. */
  @Benchmark
  public void e_jfrOff() {
    traced.allReduce(send, recv, ReduceOp.SUM);
  }

  /** Nobody listens, and the stream is waited for: what the next two compare with. */
  @Benchmark
  public void f_waited() {
    plain.allReduce(send, recv, ReduceOp.SUM);
    plain.defaultStream().synchronize();
  }

  /** Completion with the device's time. */
  @Benchmark
  public void g_completion() {
    timed.allReduce(send, recv, ReduceOp.SUM);
    timed.defaultStream().synchronize();
  }

  /** The check for NaN, of 4 KiB in and 4 KiB out. */
  @Benchmark
  public void h_nanCheck() {
    looked.allReduce(send, recv, ReduceOp.SUM);
    looked.defaultStream().synchronize();
  }

  /** The cross-rank check before each call: an exchange of two threads of this JVM. */
  @Benchmark
  public void i_crossRankCheck() {
    compared.allReduce(send, recv, ReduceOp.SUM);
  }

  /** The result hash of 4 KiB, compared every 32 calls by an exchange of two threads. */
  @Benchmark
  public void j_resultHash() {
    hashed.allReduce(send, recv, ReduceOp.SUM);
    hashed.defaultStream().synchronize();
  }

  /** Nobody listens, and calls have a limit of time. */
  @Benchmark
  public void k_operationTimeout() {
    limited.allReduce(send, recv, ReduceOp.SUM);
  }

  /** JFR events that a recording takes, with stacks. */
  @Benchmark
  public void l_jfrOn() {
    record();
    recording.allReduce(send, recv, ReduceOp.SUM);
  }

  /** Closes everything, the last first. */
  @TearDown(Level.Trial)
  public void close() throws Exception {
    groups.forEach(ProcessGroup::close);
    for (Thread each : partners) {
      each.join();
    }
    if (flight != null) {
      flight.close();
    }
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
    opened.clear();
  }
}
