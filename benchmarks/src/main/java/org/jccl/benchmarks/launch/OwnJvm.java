package org.jccl.benchmarks.launch;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jccl.benchmarks.screen.Screen;

/** The JVM of this process, to be started again with the same options and class path. */
public final class OwnJvm {
  private OwnJvm() {}

  /**
   * {@return a command line; the caller may add to it}
   *
   * @param mainAndArguments the main class and what follows it
   */
  public static List<String> command(List<String> mainAndArguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (isForEachProcess(option)) {
        command.add(option);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(mainAndArguments);
    return command;
  }

  /**
   * A debugger's port, an agent's file and a terminal are this process's alone; the vectors are the
   * simulator's, and their module makes Java print a line into each process's output.
   */
  private static boolean isForEachProcess(String option) {
    return !option.startsWith("-agentlib:jdwp")
        && !option.startsWith("-javaagent:")
        && !option.startsWith("--add-modules")
        && !Screen.isOwnOption(option);
  }
}
