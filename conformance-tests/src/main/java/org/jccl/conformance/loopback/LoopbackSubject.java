package org.jccl.conformance.loopback;

import java.util.Optional;
import org.jccl.Backend;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.Subject;
import org.jccl.spi.NcclAbi;

/**
 * The NCCL backend, its communicators and its binding, over the {@link Loopback}. Ranks are
 * platform threads, as on GPUs.
 */
public final class LoopbackSubject implements Subject {
  /** As many devices as the rules ask for. */
  private static final int DEVICES = 8;

  /** Stateless. */
  public LoopbackSubject() {}

  @Override
  public String name() {
    return "loopback";
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.simulated(false);
  }

  @Override
  public Instance open() {
    Loopback loopback = Loopback.open(DEVICES);
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
