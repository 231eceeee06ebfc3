package org.jccl.conformance.run;

import org.jccl.conformance.harness.NcclSubject;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.loopback.LoopbackSubject;

/** The subjects that have names. */
public final class Subjects {
  private Subjects() {}

  /**
   * The subject of that name.
   *
   * @throws IllegalArgumentException if there is none, listing those there are
   */
  public static Subject named(String name) {
    return switch (name) {
      case "sim", "simulator" -> new SimulatorSubject();
      case "sim-free" -> SimulatorSubject.freeRunning();
      case "loopback" -> new LoopbackSubject();
      case "nccl" -> new NcclSubject();
      default ->
          throw new IllegalArgumentException(
              "no subject is called '" + name + "': use sim, sim-free, loopback or nccl");
    };
  }
}
