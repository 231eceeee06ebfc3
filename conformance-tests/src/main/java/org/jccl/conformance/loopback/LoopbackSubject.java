package org.jccl.conformance.loopback;

import java.util.Optional;
import org.jccl.Backend;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.Subject;
import org.jccl.spi.NcclAbi;
import org.jccl.spi.NcclFunction;

/**
 * The NCCL backend, its communicators and its binding, over the {@link Loopback}. Ranks are
 * platform threads, as on GPUs.
 */
public final class LoopbackSubject implements Subject {
  /** As many devices as the rules ask for. */
  private static final int DEVICES = 8;

  private final int version;

  /** Over a simulator of the default version. */
  public LoopbackSubject() {
    this(Loopback.VERSION);
  }

  private LoopbackSubject(int version) {
    this.version = version;
  }

  @Override
  public Optional<Subject> imitating(int newer) {
    return Optional.of(new LoopbackSubject(newer));
  }

  @Override
  public String name() {
    return version == Loopback.VERSION ? "loopback" : "loopback-" + NcclFunction.text(version);
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.simulated(version, false);
  }

  @Override
  public Instance open() {
    Loopback loopback = Loopback.open(DEVICES, version);
    return new Instance() {
      @Override
      public Backend backend() {
        return loopback.backend();
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
