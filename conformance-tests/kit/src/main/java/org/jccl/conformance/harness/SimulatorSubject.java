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
 * @param hostGpus GPUs in each host of the machine
 */
public record SimulatorSubject(
    String name,
    @Nullable Long seed,
    boolean free,
    CheckLevel checks,
    int version,
    Map<String, String> environment,
    int hostGpus)
    implements Subject {
  private static final Duration MISUSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration FOREIGN_TIMEOUT = Duration.ofSeconds(20);

  /** On the machine that was measured. */
  public SimulatorSubject(
      String name,
      @Nullable Long seed,
      boolean free,
      CheckLevel checks,
      int version,
      Map<String, String> environment) {
    this(name, seed, free, checks, version, environment, GpuProfile.h200().gpusPerHost());
  }

  /** Without variables. */
  public SimulatorSubject(
      String name, @Nullable Long seed, boolean free, CheckLevel checks, int version) {
    this(name, seed, free, checks, version, Map.of());
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

  @Override
  public Capabilities capabilities() {
    return Capabilities.simulated(version, !free);
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
            hostGpus));
  }

  @Override
  public Optional<Subject> with(Map<String, String> variables) {
    Map<String, String> all = new TreeMap<>(environment);
    all.putAll(variables);
    String named = Subject.named(name, variables);
    return Optional.of(
        new SimulatorSubject(named, seed, free, checks, version, Map.copyOf(all), hostGpus));
  }

  @Override
  public Optional<Subject> withHostsOf(int gpus) {
    String named = name + "-hosts-of-" + gpus;
    return Optional.of(new SimulatorSubject(named, seed, free, checks, version, environment, gpus));
  }

  @Override
  public Instance open() {
    return opened(simulator(), free);
  }

  @Override
  public Optional<Function<Reporting, Instance>> reporting() {
    return Optional.of(this::open);
  }

  /** Opens a fresh instance that reports misuse; its ranks are ordered, so that no wait is a hang. */
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
            .profile(GpuProfile.h200().withGpusPerHost(hostGpus))
            .devices(Capabilities.MOST_RANKS)
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
