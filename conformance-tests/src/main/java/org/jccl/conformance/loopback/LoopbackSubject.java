package org.jccl.conformance.loopback;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.jccl.Backend;
import org.jccl.Device;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.nccl.NcclBackend;
import org.jccl.spi.NcclAbi;

/**
 * The NCCL backend, its communicators and its binding, over a library of stubs that lead back into
 * a simulator. Ranks are platform threads, as on GPUs.
 */
public final class LoopbackSubject implements Subject {
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
    Instance simulator = SimulatorSubject.freeRunning().open();
    NcclAbi raw = simulator.raw().orElseThrow();
    // For ever: a thread that is still inside a stub must not find it gone.
    NcclBackend nccl =
        NcclBackend.over(
            LoopbackLibrary.over(raw, Arena.global()),
            backend -> devices(backend, simulator.backend()));
    return new Instance() {
      @Override
      public Backend backend() {
        return nccl;
      }

      @Override
      public Optional<NcclAbi> raw() {
        return Optional.of(nccl.binding());
      }

      @Override
      public void close() {
        nccl.close();
        simulator.close();
      }
    };
  }

  private static List<Device> devices(Backend nccl, Backend simulator) {
    return simulator.devices().stream()
        .<Device>map(device -> new LoopbackDevice(nccl, device))
        .toList();
  }
}
