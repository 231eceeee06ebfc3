package org.jccl.conformance.harness;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jccl.Backend;
import org.jccl.CheckLevel;
import org.jccl.RankHost;
import org.jccl.ops.NcclFunction;
import org.jccl.process.PlatformRanks;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/**
 * The simulator.
 *
 * @param name name in reports
 * @param seed of the schedule, or null for first in, first out
 * @param free whether ranks run on threads that the simulator does not order
 * @param checks how much it checks by itself; liars are told apart better without
 * @param version version code of the NCCL that it imitates
 * @param environment NCCL's variables as it sees them
 * @param profile the machine
 * @param devices how many it has
 */
public record SimulatorSubject(
    String name,
    @Nullable Long seed,
    boolean free,
    CheckLevel checks,
    int version,
    Map<String, String> environment,
    GpuProfile profile,
    int devices)
    implements Subject {
  private static final Duration MISUSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration FOREIGN_TIMEOUT = Duration.ofSeconds(20);

  /** Without variables. */
  public SimulatorSubject(
      String name, @Nullable Long seed, boolean free, CheckLevel checks, int version) {
    this(name, seed, free, checks, version, Map.of());
  }

  /** On the machine that a simulator is of unless it is told otherwise. */
  public SimulatorSubject(
      String name,
      @Nullable Long seed,
      boolean free,
      CheckLevel checks,
      int version,
      Map<String, String> environment) {
    this(
        name, seed, free, checks, version, environment, GpuProfile.h200(), Capabilities.MOST_RANKS);
  }

  /** The simulator as users get it. */
  public SimulatorSubject() {
    this("simulator", null, false, CheckLevel.DEFAULT, Simulator.DEFAULT_VERSION);
  }

  /** A schedule of its own from {@code seed}. */
  public static SimulatorSubject seeded(long seed) {
    return new SimulatorSubject(
        "simulator-seed-" + seed, seed, false, CheckLevel.DEFAULT, Simulator.DEFAULT_VERSION);
  }

  /** Ranks on platform threads, in the order of the machine. */
  public static SimulatorSubject freeRunning() {
    return new SimulatorSubject(
        "simulator-free", null, true, CheckLevel.DEFAULT, Simulator.DEFAULT_VERSION);
  }

  /** A machine, with the variables that NCCL would see there. */
  public static SimulatorSubject machine(
      String name, int version, Map<String, String> variables, GpuProfile profile, int devices) {
    return new SimulatorSubject(
        name, null, false, CheckLevel.DEFAULT, version, Map.copyOf(variables), profile, devices);
  }

  /** The simulator as users get it, with {@code devices} devices. */
  public static SimulatorSubject withDevices(int devices) {
    return machine(
        "simulator-of-" + devices, Simulator.DEFAULT_VERSION, Map.of(), GpuProfile.h200(), devices);
  }

  /** The same with ranks on threads of their own. */
  public SimulatorSubject onFreeThreads() {
    return new SimulatorSubject(name, seed, true, checks, version, environment, profile, devices);
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.simulated(version, !free).withRanks(devices);
  }

  @Override
  public Optional<Subject> imitating(int newer) {
    return Optional.of(
        new SimulatorSubject(
            name + "-" + NcclFunction.text(newer),
            seed,
            free,
            checks,
            newer,
            environment,
            profile,
            devices));
  }

  @Override
  public Optional<Subject> with(Map<String, String> variables) {
    Map<String, String> all = new TreeMap<>(environment);
    all.putAll(variables);
    String named = Subject.named(name, variables);
    return Optional.of(
        new SimulatorSubject(
            named, seed, free, checks, version, Map.copyOf(all), profile, devices));
  }

  @Override
  public Optional<Subject> withHostsOf(int gpus) {
    return Optional.of(
        new SimulatorSubject(
            name + "-hosts-of-" + gpus,
            seed,
            free,
            checks,
            version,
            environment,
            profile.withGpusPerHost(gpus),
            devices));
  }

  @Override
  public Instance open() {
    return opened(simulator(), free);
  }

  @Override
  public Optional<Function<Reporting, Instance>> reporting() {
    return Optional.of(this::open);
  }

  /**
   * Opens a fresh instance that reports misuse; its ranks are ordered, so that no wait is a hang.
   */
  public Instance open(Reporting wishes) {
    return opened(
        Simulator.builder()
            .ncclVersion(wishes.version())
            .devices(wishes.devices())
            .checks(wishes.checks())
            .strict(wishes.strict())
            .foreignTimeout(MISUSE_TIMEOUT)
            .warnings(wishes.warnings())
            .build(),
        false);
  }

  private Instance opened(Simulator simulator, boolean freely) {
    Inspection inspection = Inspection.of(simulator);
    return new Instance() {
      @Override
      public Optional<Inspection> inspection() {
        return Optional.of(inspection);
      }

      @Override
      public Backend backend() {
        return simulator.backend();
      }

      @Override
      public RankHost rankHost() {
        return freely ? new PlatformRanks() : backend().rankHost();
      }

      @Override
      public Optional<NcclAbi> raw() {
        return Optional.of(simulator.raw());
      }

      @Override
      public void close() {
        simulator.close();
      }
    };
  }

  /** A simulated world of its own. */
  public Simulator simulator() {
    Simulator.Builder builder =
        Simulator.builder()
            .ncclVersion(version)
            .environment(environment)
            .profile(profile)
            .devices(devices)
            .checks(checks)
            .foreignTimeout(FOREIGN_TIMEOUT)
            .warnings(line -> {});
    Long own = seed;
    if (own != null) {
      builder.seed(own);
    }
    return builder.build();
  }
}
