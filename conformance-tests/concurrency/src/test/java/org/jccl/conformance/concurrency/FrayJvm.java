package org.jccl.conformance.concurrency;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts JVMs in which Fray decides the order of threads. They need a Java whose own classes Fray
 * has changed, which {@code jlink} makes once, and two agents. Fray's Maven plugin would download
 * another JDK for this; the one that runs the tests does as well.
 */
final class FrayJvm {
  /** What the programs need, and what Fray's agent does. */
  private static final String MODULES =
      "java.base,java.instrument,java.logging,java.management,java.rmi,java.xml,jdk.unsupported";

  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final long LONGEST_MINUTES = 60;

  private final Path java;
  private final Path agent;

  private FrayJvm(Path java, Path agent) {
    this.java = java;
    this.agent = agent;
  }

  /** Whether Fray has an agent for this machine. */
  static boolean isPossible() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  /** Makes what is missing of it. */
  static FrayJvm ready() throws IOException, InterruptedException {
    Path image = TARGET.resolve("fray-java-" + System.getProperty("java.version"));
    Path agent = TARGET.resolve("libjvmti.so");
    if (!Files.exists(image.resolve("release"))) {
      link(image);
    }
    try (InputStream library = FrayJvm.class.getResourceAsStream("/libjvmti.so")) {
      Files.copy(library, agent, StandardCopyOption.REPLACE_EXISTING);
    }
    return new FrayJvm(image.resolve("bin").resolve("java"), agent);
  }

  private static void link(Path image) throws IOException, InterruptedException {
    String jars =
        String.join(
            File.pathSeparator,
            jars("fray-instrumentation-jdk", "fray-instrumentation-base", "fray-runtime"),
            jars("asm", "kotlin", "annotations"));
    Path made = TARGET.resolve("fray-java.part");
    delete(made);
    Outcome linked =
        run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "-J-javaagent:" + jars("fray-instrumentation-jdk"),
                "-J--module-path=" + jars,
                "-J--add-modules=org.pastalab.fray.instrumentation.jdk",
                "-J--class-path=" + jars,
                "--add-modules=" + MODULES,
                "--output=" + made,
                "--fray-instrumentation"));
    if (linked.code() != 0) {
      throw new IOException("jlink: " + linked.output());
    }
    // By this Fray knows its own.
    Files.writeString(made.resolve("release"), "IMPLEMENTOR=Fray\n", StandardOpenOption.APPEND);
    Files.move(made, image);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
      }
    }
  }

  /** Entries of the class path whose file name begins with one of these. */
  private static String jars(String... names) {
    return String.join(
        File.pathSeparator,
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                entry ->
                    Arrays.stream(names)
                        .anyMatch(name -> Path.of(entry).getFileName().toString().startsWith(name)))
            .toList());
  }

  /** Runs a main class of the test class path there and answers how it ended. */
  Outcome run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            java.toString(),
            "-javaagent:" + jars("fray-instrumentation-agent"),
            "-agentpath:" + agent,
            "-Dfray.workDir=" + TARGET.resolve("fray"),
            "-cp",
            System.getProperty("java.class.path"),
            main.getName());
    return run(Stream.concat(command.stream(), Arrays.stream(arguments)).toList());
  }

  /** How a process ended. */
  record Outcome(int code, String output) {}

  private static Outcome run(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile(TARGET, "fray", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
        throw new IOException("no end of " + command + ", see " + log);
      }
    } finally {
      process.destroyForcibly();
    }
    String output =
        Files.readAllLines(log).stream()
            .filter(line -> !line.matches("Iterations.*|Report is available.*|\u001b.*|"))
            .collect(joining("\n"));
    Outcome outcome = new Outcome(process.exitValue(), output);
    Files.delete(log);
    return outcome;
  }
}
