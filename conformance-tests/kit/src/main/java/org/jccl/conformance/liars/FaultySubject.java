package org.jccl.conformance.liars;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jccl.Backend;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.Reporting;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.sim.Simulator;
import org.jccl.spi.NcclAbi;

/**
 * An honest subject with a liar's fault on both of its surfaces.
 *
 * @param liar what is wrong
 * @param honest the subject
 * @param acts whether the fault shows, see {@link Liar#onlyUnder}
 */
public record FaultySubject(Liar liar, Subject honest, boolean acts) implements Subject {
  /** Over the simulator. */
  public FaultySubject(Liar liar) {
    this(
        liar,
        new SimulatorSubject("", null, false, liar.checks(), Simulator.DEFAULT_VERSION),
        liar.onlyUnder().isEmpty());
  }

  @Override
  public String name() {
    return liar.label() + honest.name();
  }

  @Override
  public Capabilities capabilities() {
    return honest.capabilities();
  }

  @Override
  public Optional<Subject> imitating(int version) {
    return honest.imitating(version).map(other -> new FaultySubject(liar, other, acts));
  }

  @Override
  public Optional<Subject> with(Map<String, String> environment) {
    Map<String, String> seen = new TreeMap<>(environment);
    seen.keySet().removeAll(liar.ignored());
    boolean actsThere = acts || environment.containsKey(liar.onlyUnder());
    return honest.with(seen).map(other -> new FaultySubject(liar, other, actsThere));
  }

  @Override
  public Optional<Subject> withHostsOf(int gpus) {
    return honest.withHostsOf(gpus).map(other -> new FaultySubject(liar, other, acts));
  }

  @Override
  public Optional<Function<Reporting, Instance>> reporting() {
    return honest
        .reporting()
        .map(open -> wishes -> faulty(open.apply(liar.reporting().apply(wishes))));
  }

  @Override
  public Instance open() {
    return faulty(honest.open());
  }

  private Instance faulty(Instance opened) {
    Lie fault = acts ? liar.fault() : ForwardedCall::honest;
    Backend backend = Forwarding.of(fault, Backend.class, opened.backend(), liar.reachesDevices());
    Optional<NcclAbi> raw =
        opened.raw().map(functions -> Forwarding.of(fault, NcclAbi.class, functions, false));
    return new Instance() {
      @Override
      public Backend backend() {
        return backend;
      }

      @Override
      public Optional<NcclAbi> raw() {
        return raw;
      }

      @Override
      public void close() {
        opened.close();
      }
    };
  }
}
