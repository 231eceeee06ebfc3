package org.jccl.conformance.liars;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jccl.Backend;
import org.jccl.conformance.harness.ForwardingSubject;
import org.jccl.conformance.harness.Opened;
import org.jccl.conformance.harness.Reporting;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.sim.Simulator;
import org.jccl.spi.NcclAbi;

/** An honest subject with a liar's fault on both of its surfaces. */
public final class FaultySubject extends ForwardingSubject {
  private final Liar liar;

  /** Whether the fault shows, see {@link Liar#onlyUnder}. */
  private final boolean acts;

  /** Over the simulator. */
  public FaultySubject(Liar liar) {
    this(
        liar,
        new SimulatorSubject("", null, false, liar.checks(), Simulator.DEFAULT_VERSION),
        liar.onlyUnder().isEmpty());
  }

  private FaultySubject(Liar liar, Subject honest, boolean acts) {
    super(honest);
    this.liar = liar;
    this.acts = acts;
  }

  @Override
  protected Subject over(Subject other) {
    return new FaultySubject(liar, other, acts);
  }

  @Override
  public String name() {
    return liar.label() + super.name();
  }

  @Override
  public boolean shrinks() {
    return false;
  }

  @Override
  public Optional<Subject> with(Map<String, String> environment) {
    Map<String, String> seen = new TreeMap<>(environment);
    seen.keySet().removeAll(liar.ignored());
    boolean actsThere = acts || environment.containsKey(liar.onlyUnder());
    return subject().with(seen).map(other -> new FaultySubject(liar, other, actsThere));
  }

  @Override
  public Optional<Function<Reporting, Instance>> reporting() {
    return super.reporting()
        .map(open -> wishes -> faulty(open.apply(liar.reporting().apply(wishes))));
  }

  @Override
  public Instance open() {
    return faulty(super.open());
  }

  private Instance faulty(Instance opened) {
    Lie fault = acts ? liar.fault() : ForwardedCall::honest;
    Backend backend = Forwarding.of(fault, Backend.class, opened.backend(), liar.reachesDevices());
    Optional<NcclAbi> raw =
        opened.raw().map(functions -> Forwarding.of(fault, NcclAbi.class, functions, false));
    return new Opened(backend, raw, opened::close);
  }
}
