package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jccl.benchmarks.house.Repository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions of the launcher, each alone in a shell. */
class LauncherTest {
  @TempDir private Path folder;

  private String said(String functions, String command, String input) throws Exception {
    Path in = Files.writeString(folder.resolve("in"), input);
    StringBuilder script =
        new StringBuilder("set -euo pipefail\nsay() { printf 'jccl: %s\\n' \"$*\" >&2; }\n");
    for (String name : functions.split(" ")) {
      script.append(function(name));
    }
    for (String constant :
        Repository.text("jccl").lines().filter(line -> line.startsWith("box")).toList()) {
      script.append(constant).append('\n');
    }
    Process shell =
        new ProcessBuilder("bash", "-c", script.append(command).toString())
            .directory(folder.toFile())
            .redirectInput(in.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).as(said).isZero();
    return said;
  }

  private static String function(String name) throws IOException {
    String text = Repository.text("jccl");
    int from = text.indexOf("\n" + name + "() {\n") + 1;
    assertThat(from).as(name).isPositive();
    return text.substring(from, text.indexOf("\n}\n", from) + 3);
  }

  @Test
  void ofMavensWords_problemsAreSeen_andHowFarItIs() throws Exception {
    String log =
        """
        [INFO] Scanning for projects...
        [INFO] Downloading from central: https://example.org/a/b/picocli-4.7.7.jar
        [INFO] Building jccl :: sim 0.1.0-SNAPSHOT                           [3/14]
        [INFO] --- maven-compiler-plugin:3.15.0:compile (default-compile) @ jccl-sim ---
        \033[0m[WARNING] ***********************************************
        [WARNING] * Required filename-based automodules detected: [jcuda-12.6.0.jar]. Please don't publish *
        [WARNING] ***********************************************
        \033[0m[ERROR] Broken.java:[3,4] ';' expected
        [ERROR] -> [Help 1]
        [ERROR]\s
        [ERROR] Re-run Maven using the -X switch to enable full debug logging.
        [ERROR] [Help 1] http://example.org/MojoFailureException
        """;
    assertThat(said("without_box terminal_width show_progress", "show_progress log", log))
        .contains("jccl: building: Maven starts, downloading picocli-4.7.7.jar")
        .contains("\n[ERROR] Broken.java:[3,4] ';' expected\n")
        .doesNotContain("[INFO]", "automodules", "***", "Re-run", "[ERROR] \n", "MojoFailure");
    assertThat(said("without_box", "without_box", log))
        .contains("[INFO] Scanning", "[ERROR] Broken")
        .doesNotContain("automodules", "***");
    assertThat(Files.readString(folder.resolve("log"))).isEqualTo(log.replace("\033[0m", ""));
  }

  @Test
  void ofJavasWordsBeforeTheProgram_oneLineAloneIsTakenOut() throws Exception {
    String words =
        """
        WARNING: Using incubator modules: jdk.incubator.vector
        WARNING: Using incubator modules: jdk.incubator.other
        Unrecognized VM option 'Nonsense'
        no end of line""";
    assertThat(said("without_incubator_line", "without_incubator_line", words))
        .isEqualTo(words.substring(words.indexOf('\n') + 1) + "\n");
  }

  @ParameterizedTest
  @CsvSource({"'',C.UTF-8", "C,C.UTF-8", "POSIX,C.UTF-8", "de_DE.UTF-8,de_DE.UTF-8"})
  void namesOfFiles_areReadInEveryLocale(String locale, String taken) throws Exception {
    String command =
        "unset LC_CTYPE LANG; LC_ALL=%s 2> /dev/null; names_in_utf8; echo $LC_ALL"
            .formatted(locale);
    assertThat(said("names_in_utf8", command, "")).endsWith(taken + "\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "java -Da=b Main -cp mine             | .     | -Da=b Main -cp mine",
        "java -cp a:b Main                    | a:b   | Main",
        "java -classpath a Main               | a     | Main",
        "java --class-path a -ea Main x       | a     | -ea Main x",
        "java --class-path=a Main             | a     | Main",
        "java -cp a -cp 'b c' Main            | b c   | Main",
        "java -cp '' Main                     | ''    | Main",
        "java -cp                             | .     | -cp",
        "java --add-modules M -cp a Main -cp  | a     | --add-modules M Main -cp",
        "java -cp a -m M/Main -cp b           | a     | -m M/Main -cp b",
        "java -jar my.jar -cp b               | .     | -jar my.jar -cp b",
        "java -cp a My.java -cp b             | a     | My.java -cp b",
        "javac -d out My.java -cp a           | a     | -d out My.java",
        "javac --module M --class-path=a      | a     | --module M",
        "javac My.java --class-path           | .     | My.java --class-path",
        "javac @words -cp a                   | a     | @words",
        "javac                                | .     | ''",
      })
  void theToolsOfTheJdk_keepJcclsClassPath_beyondThatOfTheUser(
      String line, String path, String rest) throws Exception {
    String command =
        "users_class_path %s; printf '%%s\n' \"$users_path\" \"${words[*]-}\"".formatted(line);
    assertThat(said("users_class_path", command, "")).isEqualTo(path + "\n" + rest + "\n");
  }
}
