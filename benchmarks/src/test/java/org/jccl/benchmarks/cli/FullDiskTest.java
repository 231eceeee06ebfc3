package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Commands in a process that may write no byte into any file, as on a full disk: they fail with one
 * line, the old file stays whole, and nothing lies beside it.
 */
class FullDiskTest {
  private static final String PROGRAM = QuietProgram.class.getName();

  /** What a flight recorder has written that has seen nothing. */
  private static final String FLIGHT =
      """
      {"format": "jccl-flight-recorder-1", "host": "h", "pid": 1, "written": "", "reason": "test",
       "communicators": []}
      """;

  @TempDir private Path folder;

  private Process start(String limit, String line) throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", "-c", limit + "exec \"$@\"", "bash"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
    command.add("-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(line.replace("FOLDER", folder.toString()).split(" ")));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          predict --ranks 2 -e 8 --json FOLDER/old                                         | old
          report html FOLDER/report.json --out FOLDER/old                                  | old
          report html FOLDER/report.json                                                   | report.html
          calibrate --measured FOLDER/report.json --out FOLDER/old                         | old
          bench --backend sim --ranks 2 -b 8 -e 8 -n 1 -w 0 --out FOLDER                   | report.json
          run --backend sim --ranks 2 --trace FOLDER/old PROGRAM                           | old
          run --backend sim --ranks 2 --timeline FOLDER/old PROGRAM                        | old
          faults --ranks 1 --kinds slow --json FOLDER/old PROGRAM                          | old
          report status --tables FOLDER/tables --out FOLDER/old                            | old
          report misuse --tables FOLDER/tables --out FOLDER/old                            | old
          verify --rule VER-01 --out FOLDER                                                | rules-simulator.tsv
          bench --backend sim --ranks 2 --tuned --rounds 1 -e 64 --out FOLDER              | rounds.json
          explain FOLDER --program FOLDER/Replayed.java                                    | Replayed.java
          record --backend sim --quick --phases default --out FOLDER                       | results.jsonl.gz
          """)
  void everyWriter_leavesTheOldFileWhole(String line, String file) throws Exception {
    Files.createDirectory(folder.resolve("tables"));
    Files.writeString(folder.resolve("old"), "old");
    Files.writeString(folder.resolve("report.html"), "old");
    Files.writeString(folder.resolve("rules-simulator.tsv"), "old");
    Files.writeString(folder.resolve("rounds.json"), "old");
    Files.writeString(folder.resolve("Replayed.java"), "old");
    Files.writeString(folder.resolve("jccl-h-1.json"), FLIGHT);
    Files.writeString(folder.resolve("results.jsonl.gz"), "old");
    Path report = folder.resolve("report.json");
    Files.writeString(report, report());
    String before = Files.readString(folder.resolve(file));

    Process process = start("ulimit -f 0; ", line.replace("PROGRAM", PROGRAM));
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isIn(1, 2);
    assertThat(said).doesNotContain("\tat ").containsIgnoringCase("file too large");
    assertThat(folder.resolve(file)).hasContent(before);
    assertThat(names(folder)).noneMatch(name -> name.endsWith(".part"));
    assertThat(names(folder.resolve("tmp"))).isEmpty();
  }

  /** Whoever ends a command by a signal finds nothing of it in the folder for temporary files. */
  @ParameterizedTest
  @CsvSource({"TERM", "INT"})
  void aSignal_leavesNothing(String signal) throws Exception {
    assumeTrue(
        !signal.equals("INT") || !isInterruptIgnored(),
        "who started this process ignores SIGINT, and so do all that it starts");
    Process process = start("", "verify --out FOLDER/out");
    Path temporary = folder.resolve("tmp");
    while (names(temporary).isEmpty()) {
      assertThat(process.isAlive()).isTrue();
      Thread.sleep(20);
    }
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isGreaterThan(128);
    assertThat(names(temporary)).isEmpty();
  }

  /** So it is behind nohup, and where a shell has put the build into the background. */
  private static boolean isInterruptIgnored() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  /** Output that nobody gets is no success. */
  @Test
  void aFullStandardOutput_endsWith1() throws Exception {
    Process process = start("exec 2>&1 >/dev/full; ", "predict --ranks 2 -e 8");
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    assertThat(said).contains("the output cannot be written");
  }

  private String report() throws Exception {
    Path made = Files.createDirectories(folder.resolve("made"));
    Process process =
        start("", "bench --backend sim --ranks 2 -b 16 -e 64 -n 1 -w 0 --out " + made);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return Files.readString(made.resolve("report.json"));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
