package org.jccl.conformance.harness;

import java.util.List;

/** jccl's two backends as subjects. */
public final class BackendSubjects implements SubjectProvider {
  /** For {@link java.util.ServiceLoader}. */
  public BackendSubjects() {}

  @Override
  public List<String> names() {
    return List.of("sim", "sim-free", "nccl");
  }

  @Override
  public Subject subject(String name) {
    return switch (name) {
      case "sim-free" -> SimulatorSubject.freeRunning();
      case "nccl" -> new NcclSubject();
      default -> new SimulatorSubject();
    };
  }
}
