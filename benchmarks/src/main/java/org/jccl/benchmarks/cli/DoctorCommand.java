package org.jccl.benchmarks.cli;

import java.time.Duration;
import java.util.List;
import org.jccl.benchmarks.launch.OwnJvm;
import org.jccl.benchmarks.machine.Doctor;
import org.jccl.benchmarks.machine.LookingProcess;
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
  /** The looks in the other process have limits of their own. */
  private static final Duration LIMIT =
      Duration.ofSeconds(4L * Integer.getInteger("jccl.doctor.seconds", 60));

  private static final String VECTORS = "jdk.incubator.vector";

  /** What crashed is told; nothing is left in the user's folder. */
  private static final List<String> NO_FILES_OF_A_CRASH =
      List.of("-XX:ErrorFile=/dev/null", "-XX:-CreateCoredumpOnCrash");

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(names = "--no-self-test", description = "Do not try NCCL's types and reductions.")
  private boolean noSelfTest;

  @Option(names = "--here", hidden = true, description = "Look in this process, not in another.")
  private boolean here;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it
  private CommandSpec spec;

  @Override
  public void run() {
    if (here) {
      Doctor doctor = Doctor.look(!noSelfTest);
      print(LookingProcess.ANSWER + (json ? doctor.json() : doctor.text()));
      System.out.flush();
      Runtime.getRuntime().halt(0); // What hangs in a driver may hang in its end as well.
    }
    List<String> command = OwnJvm.command(List.of(Main.class.getName(), "doctor", "--here"));
    command.addAll(1, NO_FILES_OF_A_CRASH);
    if (ModuleLayer.boot().findModule(VECTORS).isPresent()) {
      command.addAll(1, List.of("--add-modules", VECTORS)); // it is to say what is here
    }
    if (json) {
      command.add("--json");
    }
    if (noSelfTest) {
      command.add("--no-self-test");
    }
    LookingProcess looking = LookingProcess.of(command, LIMIT);
    if (looking.fate().isEmpty()) {
      print(looking.output());
    } else {
      Doctor left = Doctor.without(looking);
      print(json ? left.json() : left.text());
    }
  }

  private void print(String text) {
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
  }
}
