package org.jccl.benchmarks.cli;

import org.jccl.benchmarks.machine.Doctor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jccl doctor}: what was found on this machine. */
@Command(
    name = "doctor",
    description = "Tells what was found on this machine, and which backend would be used and why.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Runnable {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(names = "--no-self-test", description = "Do not try NCCL's types and reductions.")
  private boolean noSelfTest;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public void run() {
    Doctor doctor = Doctor.look(!noSelfTest);
    spec.commandLine().getOut().print(json ? doctor.json() : doctor.text());
    spec.commandLine().getOut().flush();
  }
}
