package org.jccl.benchmarks.cli;

import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import org.jccl.Backend;
import org.jccl.Device;
import org.jccl.benchmarks.machine.Machine;
import org.jccl.benchmarks.machine.ProgramVersion;
import org.jccl.benchmarks.report.Environment;

/** Puts together where the numbers of a run come from. */
final class EnvironmentCard {
  private EnvironmentCard() {}

  static Environment of(BackendOptions.Opened opened) {
    Machine machine = Machine.here();
    Backend backend = opened.backend();
    return new Environment(
        OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        ProgramVersion.get(),
        machine.system(),
        machine.cpu(),
        machine.cores(),
        machine.memoryBytes(),
        machine.jdk(),
        machine.flags(),
        backend.name(),
        opened.why(),
        backend.description(),
        version(backend),
        backend.devices().stream().limit(opened.ranks()).map(Device::name).toList(),
        kernels(backend, machine));
  }

  private static String version(Backend backend) {
    int code = backend.ncclVersion();
    String number = "%d.%d.%d".formatted(code / 10_000, code / 100 % 100, code % 100);
    return backend.name().equals("nccl") ? number : number + " (imitated)";
  }

  private static String kernels(Backend backend, Machine machine) {
    if (backend.name().equals("nccl")) {
      return "NCCL's own, on the GPU";
    }
    return machine.vectorModule() && machine.nativeAccess()
        ? "Java on the CPU, vector path"
        : "Java on the CPU, portable path (no vector module or no native access)";
  }
}
