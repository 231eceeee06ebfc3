package org.jccl.conformance.liars;

import java.util.Map;
import java.util.Optional;
import org.jccl.Backend;
import org.jccl.CheckLevel;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.sim.Simulator;
import org.jccl.spi.NcclAbi;

/**
 * A liar over a simulator that checks nothing by itself: what is found out, the suite finds out.
 *
 * @param liar how it lies
 */
public record LyingSubject(Liar liar) implements Subject {
  @Override
  public String name() {
    return liar.label();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.simulated(Simulator.DEFAULT_VERSION, true);
  }

  @Override
  public Instance open() {
    Instance simulator =
        new SimulatorSubject(
                name(), null, false, CheckLevel.NONE, Simulator.DEFAULT_VERSION, Map.of())
            .open();
    Backend lying = new LyingBackend(liar, simulator.backend());
    Optional<NcclAbi> raw = simulator.raw().map(honest -> LyingAbi.of(liar, honest));
    return new Instance() {
      @Override
      public Backend backend() {
        return lying;
      }

      @Override
      public Optional<NcclAbi> raw() {
        return raw;
      }

      @Override
      public void close() {
        simulator.close();
      }
    };
  }
}
