package org.jccl.fidelity.floats;

import java.util.Map;
import java.util.Optional;
import org.jccl.Backend;
import org.jccl.RankHost;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.Subject;
import org.jccl.process.PlatformRanks;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.GpuProfile;
import org.jccl.spi.NcclAbi;

/**
 * A simulator of one machine, with the variables that NCCL would see there.
 *
 * @param name in reports
 * @param version version code of the NCCL that is imitated
 * @param environment NCCL's variables
 * @param profile the machine
 * @param free whether ranks are threads of their own
 */
public record SimulatedMachine(
    String name, int version, Map<String, String> environment, GpuProfile profile, boolean free)
    implements Subject {
  /** Copies the variables. */
  public SimulatedMachine {
    environment = Map.copyOf(environment);
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.simulated(version, !free);
  }

  @Override
  public Optional<Subject> with(Map<String, String> variables) {
    return Optional.of(new SimulatedMachine(name, version, variables, profile, free));
  }

  @Override
  public Instance open() {
    Simulator simulator =
        Simulator.builder()
            .ncclVersion(version)
            .environment(environment)
            .profile(profile)
            .devices(Capabilities.MOST_RANKS)
            .warnings(line -> {})
            .build();
    return new Instance() {
      @Override
      public Backend backend() {
        return simulator.backend();
      }

      @Override
      public RankHost rankHost() {
        return free ? new PlatformRanks() : backend().rankHost();
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
}
