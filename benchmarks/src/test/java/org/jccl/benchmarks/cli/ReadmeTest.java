package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.benchmarks.house.Repository;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the README shows is what a reader gets; its commands are {@link PagesTest}'s. */
class ReadmeTest {
  /** Stands for lines that are left out. */
  private static final String GAP = "…";

  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  private final String readme = Repository.text("README.md");

  @ParameterizedTest
  @CsvSource({"MISMATCH, MismatchDemo", "DEADLOCK, DeadlockDemo", "BUFFER_REUSE, OverlapDemo"})
  void aReport_isTheOneThatIsPrinted(String kind, String demo) {
    String line = "run --backend sim --ranks 4 org.jccl.benchmarks.examples." + demo;
    StringWriter said = new StringWriter();
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
    jccl.execute(line.split(" "));
    List<String> printed = said.toString().lines().map(String::strip).toList();
    List<String> shown = block(kind);
    int at = 0;
    while (at < printed.size() && !printed.get(at).endsWith(shown.getFirst())) {
      at++;
    }
    assertThat(at).as("%s in %s", shown.getFirst(), said).isLessThan(printed.size());
    boolean gap = false;
    for (String each : shown.subList(1, shown.size())) {
      if (each.equals(GAP)) {
        gap = true;
      } else {
        int next = at + 1 + printed.subList(at + 1, printed.size()).indexOf(each);
        assertThat(next).as("%s in %s", each, said).isGreaterThan(at);
        assertThat(gap || next == at + 1).as("%s comes next in %s", each, said).isTrue();
        at = next;
        gap = false;
      }
    }
  }

  /** The indented lines from the first that begins with {@code word}. */
  private List<String> block(String word) {
    List<String> lines = new ArrayList<>();
    for (String line : readme.lines().toList()) {
      boolean indented = line.startsWith("    ");
      if (lines.isEmpty() ? indented && line.strip().startsWith(word) : indented) {
        lines.add(line.strip());
      } else if (!lines.isEmpty()) {
        return lines;
      }
    }
    return lines;
  }

  @Test
  void theTwentyLines_printWhatIsShown(@TempDir Path folder) throws Exception {
    Matcher code = JAVA.matcher(readme);
    assertThat(code.find()).isTrue();
    Path file = folder.resolve("Hello.java");
    Files.writeString(file, code.group(1));
    Path api =
        Path.of(RankProgram.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    int failed =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "-proc:none",
                "-cp",
                "" + api,
                "-d",
                "" + folder,
                "" + file);
    assertThat(failed).isZero();
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    URL[] urls = {folder.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, getClass().getClassLoader());
        Simulator simulator = Simulator.builder().devices(2).build()) {
      Object hello = loader.loadClass("Hello").getConstructor().newInstance();
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      Ranks.run(simulator.backend(), 2, (RankProgram) hello);
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8).lines().toList())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(readme).contains("    " + line + "\n"));
  }
}
