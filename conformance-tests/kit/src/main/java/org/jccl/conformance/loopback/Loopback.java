package org.jccl.conformance.loopback;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jccl.conformance.harness.Inspection;
import org.jccl.nccl.NcclBackend;
import org.jccl.sim.Simulator;
import org.jccl.spi.NcclAbi;

/**
 * NCCL's backend, binding and communicators over the simulator: the way of every call is the one it
 * takes on GPUs, down to C and back up again. Ranks are platform threads; the simulator takes them
 * as they come.
 *
 * <pre>{@code
 * try (Loopback loopback = Loopback.open(4)) {
 *   Ranks.run(loopback.backend(), 4, rank -> …);
 * }
 * }</pre>
 */
public final class Loopback implements AutoCloseable {
  /** The version that the simulator imitates. */
  public static final int VERSION = Simulator.DEFAULT_VERSION;

  private final Simulator simulator;
  private final Inspection inspection;
  private final StubLibrary stubs;
  private final NcclBackend backend;

  private Loopback(Simulator simulator, int version, UnaryOperator<NcclAbi> between) {
    this.simulator = simulator;
    this.inspection = Inspection.of(simulator);
    this.stubs = new StubLibrary(between.apply(simulator.raw()), version);
    this.backend =
        NcclBackend.over(stubs.library("loopback to the simulator"), simulator::devicesOf);
  }

  /** A world of that many devices. */
  public static Loopback open(int devices) {
    return open(devices, VERSION);
  }

  /**
   * The same with a library that says it is {@code version} and lacks what came later. Below {@link
   * Simulator#OLDEST_VERSION} what it says is all that is older about it.
   */
  public static Loopback open(int devices, int version) {
    return open(devices, version, Map.of());
  }

  /** The same with NCCL's environment variables as its library sees them. */
  public static Loopback open(int devices, int version, Map<String, String> environment) {
    return open(devices, version, environment, UnaryOperator.identity());
  }

  /** The same with something between stubs and simulator that watches or changes the calls. */
  public static Loopback open(int devices, int version, UnaryOperator<NcclAbi> between) {
    return open(devices, version, Map.of(), between);
  }

  private static Loopback open(
      int devices, int version, Map<String, String> environment, UnaryOperator<NcclAbi> between) {
    Simulator simulator =
        Simulator.builder()
            .ncclVersion(Math.max(version, Simulator.OLDEST_VERSION))
            .environment(environment)
            .devices(devices)
            .foreignTimeout(Duration.ofSeconds(20))
            .warnings(line -> {})
            .build();
    return new Loopback(simulator, version, between);
  }

  /** The typed surface. Its devices, their memory and streams are the simulator's. */
  public NcclBackend backend() {
    return backend;
  }

  /** The raw surface: the binding over the stubs. */
  public NcclAbi raw() {
    return backend.binding();
  }

  /** The raw surface without C between: what {@link #raw} must be equal to. */
  public NcclAbi simulated() {
    return simulator.raw();
  }

  /**
   * What calls from C have thrown: a misuse reported by the simulator comes out as {@code
   * ncclInternalError}, its report as the library's last error, and itself here.
   */
  public List<Throwable> failures() {
    return stubs.failures();
  }

  /** What the simulator can be asked about misuse, leaks and waiting ranks. */
  public Inspection inspection() {
    return inspection;
  }

  /** What was left open, known after {@link #close}. */
  public List<String> leaks() {
    return simulator.leaks();
  }

  @Override
  public void close() {
    backend.close();
    stubs.close();
    simulator.close();
  }
}
