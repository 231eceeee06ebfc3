package org.jccl.conformance.loopback;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jccl.Backend;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.Inspection;
import org.jccl.conformance.harness.Opened;
import org.jccl.conformance.harness.Subject;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;

/**
 * The NCCL backend, its communicators and its binding, over the {@link Loopback}. Ranks are
 * platform threads, as on GPUs.
 */
public final class LoopbackSubject implements Subject {
  /** As many devices as the rules ask for. */
  private static final int DEVICES = 8;

  private final int version;
  private final Map<String, String> environment;

  /** Over a simulator of the default version. */
  public LoopbackSubject() {
    this(Loopback.VERSION, Map.of());
  }

  private LoopbackSubject(int version, Map<String, String> environment) {
    this.version = version;
    this.environment = environment;
  }

  @Override
  public Optional<Subject> imitating(int newer) {
    return Optional.of(new LoopbackSubject(newer, environment));
  }

  @Override
  public Optional<Subject> with(Map<String, String> variables) {
    Map<String, String> all = new TreeMap<>(environment);
    all.putAll(variables);
    return Optional.of(new LoopbackSubject(version, all));
  }

  @Override
  public String name() {
    String own =
        version == Loopback.VERSION ? "loopback" : "loopback-" + NcclFunction.text(version);
    return environment.isEmpty() ? own : Subject.named(own, environment);
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.simulated(version, false);
  }

  @Override
  public boolean spansProcesses() {
    return true;
  }

  @Override
  public Instance open() {
    return RemoteLoopback.open(version, environment)
        .map(LoopbackSubject::remote)
        .orElseGet(this::here);
  }

  /** A simulator in another process, which cannot be inspected from here. */
  private static Instance remote(RemoteLoopback loopback) {
    return new Opened(loopback.backend(), Optional.of(loopback.raw()), loopback::close);
  }

  private Instance here() {
    Loopback loopback = Loopback.open(DEVICES, version, environment);
    return new Instance() {
      @Override
      public Backend backend() {
        return loopback.backend();
      }

      @Override
      public Optional<Inspection> inspection() {
        return Optional.of(loopback.inspection());
      }

      @Override
      public Optional<NcclAbi> raw() {
        return Optional.of(loopback.raw());
      }

      @Override
      public void close() {
        loopback.close();
      }
    };
  }
}
