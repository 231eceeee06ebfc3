package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jccl.benchmarks.house.Repository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The whole launcher in surroundings that are not those of its authors. It lies in a folder of its
 * own, whose Maven makes an empty program in no time, and whose Java prints its last word.
 */
class LauncherFolderTest {
  private static final String MAVEN =
      """
      #!/usr/bin/env bash
      home=$(dirname "$2")
      echo build >> "$home/builds"
      echo '[INFO] Building jccl :: all        [1/1]'
      read -r < "$home/gate"
      mkdir -p "$home/benchmarks/target/lib"
      """;

  @TempDir private Path folder;
  private Path home = Path.of("");

  @BeforeEach
  void makeFolder() throws IOException {
    home = Files.createDirectories(folder.resolve("a folder ü"));
    program("jccl", Repository.text("jccl"));
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    Files.writeString(home.resolve("gate"), "\n");
    program("jdk/bin/javac", "#!/bin/sh\n");
    program("jdk/bin/java", "#!/usr/bin/env bash\nprintf '%s\\n' \"${@: -1}\"\n");
    Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
    program("maven/bin/mvn", MAVEN);
    source(Instant.EPOCH);
  }

  private void program(String name, String text) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The only source, changed at that time. */
  private void source(Instant changed) throws IOException {
    Path file = home.resolve("benchmarks/src/main/Source");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
    Files.setLastModifiedTime(file, FileTime.from(changed));
    Files.setLastModifiedTime(file.getParent(), FileTime.from(changed));
  }

  private Process start(String command) throws IOException {
    ProcessBuilder shell = new ProcessBuilder("bash", "-c", command);
    shell.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    shell.environment().put("MAVEN_HOME", home.resolve("maven").toString());
    return shell.directory(home.toFile()).redirectErrorStream(true).start();
  }

  private static String said(Process process, int code) throws Exception {
    process.getOutputStream().close();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("it does not end");
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isEqualTo(code);
    return said;
  }

  private long builds() throws IOException {
    Path builds = home.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  @Test
  void commandsThatBeginTogether_buildOnce() throws Exception {
    Files.delete(home.resolve("gate"));
    assertThat(start("mkfifo gate").waitFor()).isZero();
    List<Process> commands = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      commands.add(start("./jccl bench word"));
    }
    Files.writeString(
        home.resolve("gate"), "go\n"); // One build waits for it; a second one would for ever.
    for (Process command : commands) {
      assertThat(said(command, 0)).endsWith("word\n");
    }
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void whatIsNewerThanTheProgram_isBuilt_onceOnly() throws Exception {
    assertThat(said(start("./jccl bench word"), 0))
        .contains("jccl: building (once")
        .endsWith("word\n");
    assertThat(said(start("./jccl bench word"), 0)).isEqualTo("word\n");
    source(Instant.now().plusSeconds(60));
    said(start("./jccl bench word"), 0);
    assertThat(builds()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "./jccl bench word <&-                          | 0 | word",
        "./jccl bench word 2>&-                         | 0 | word",
        "./jccl bench word >&-                          | 2 | jccl: standard output is closed: send it to a file, or to /dev/null.",
        "env -u HOME ./jccl bench word                  | 0 | word",
        "TMPDIR=/no/such/folder ./jccl build > /dev/null | 0 | jccl: built:",
        "cd .. && CDPATH=.:/ 'a folder ü/jccl' bench word | 0 | word",
        "cd / && LC_ALL=C \"$OLDPWD/jccl\" bench word     | 0 | word",
        "ln -s jccl link; ./link bench word             | 0 | word",
        "./jccl stage --nonsense                        | 2 | jccl: stage: unknown option --nonsense.",
      })
  void surroundings_costOneLineAtMost(String command, int code, String line) throws Exception {
    said(start("./jccl build"), 0);
    String said = said(start(command), code);
    assertThat(said.lines().toList().getLast()).startsWith(line);
    assertThat(said).hasLineCount(command.contains("build") ? 2 : 1);
  }

  @Test
  void aFolderThatTakesNoFiles_runsWhatWasBuilt_andSaysWhatIsMissing() throws Exception {
    said(start("./jccl build"), 0);
    try {
      assertThat(start("chmod -R a-w .").waitFor()).isZero();
      assumeThat(Files.isWritable(home)).as("this user may write everywhere").isFalse();
      assertThat(said(start("./jccl bench word"), 0)).isEqualTo("word\n");
      assertThat(said(start("./jccl format"), 2))
          .contains("'format' works in the source tree")
          .hasLineCount(1);
      start(
              "chmod u+w benchmarks/src/main/Source && touch -d 2100-01-01 benchmarks/src/main/Source")
          .waitFor();
      assertThat(said(start("./jccl bench word"), 2))
          .contains("newer than what was built")
          .hasLineCount(1);
    } finally {
      start("chmod -R u+w .").waitFor();
    }
  }

  @Test
  void aPathWithAColon_isRefused() throws Exception {
    home = Files.move(home, folder.resolve("a:b"));
    assertThat(said(start("./jccl bench word"), 2)).contains("has a ':'").hasLineCount(1);
  }
}
