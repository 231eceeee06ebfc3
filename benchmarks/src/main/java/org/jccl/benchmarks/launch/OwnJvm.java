package org.jccl.benchmarks.launch;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

  /** A debugger's port and an agent's file are this process's alone. */
  private static boolean isForEachProcess(String option) {
    return !option.startsWith("-agentlib:jdwp") && !option.startsWith("-javaagent:");
  }
}
