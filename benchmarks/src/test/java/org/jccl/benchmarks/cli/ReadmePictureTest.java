package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jccl.benchmarks.house.Repository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import picocli.CommandLine;

/** The README's picture is of the report that is printed today. */
class ReadmePictureTest {
  private static final String FILE = "docs/deadlock.svg";
  private static final String COMMAND =
      "run --backend sim --ranks 4 org.jccl.benchmarks.examples.DeadlockDemo";

  @Test
  void thePicture_showsWhatIsPrinted(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder)
      throws Exception {
    StringWriter said = new StringWriter();
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
    jccl.execute(COMMAND.split(" "));
    List<String> printed = said.toString().lines().toList();
    int from = 0;
    while (!printed.get(from).contains("DEADLOCK: ")) {
      from++;
    }
    int to = from;
    while (!printed.get(to).strip().startsWith("replay: ")) {
      to++;
    }
    // The lines below the first are indented below its number.
    int indent = printed.get(to).length() - printed.get(to).stripLeading().length() - 2;
    List<String> lines =
        printed.subList(from, to + 1).stream()
            .map(line -> line.contains("DEADLOCK: ") ? kindOn(line) : line.substring(indent))
            .toList();

    String svg = ReportPicture.svg("./jccl " + COMMAND, lines);

    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
    Path made = Files.writeString(folder.resolve("deadlock.svg"), svg);
    assertThat(Repository.text(FILE)).as("copy %s to %s", made, FILE).isEqualTo(svg);
    assertThat(Repository.text("README.md")).contains("](" + FILE + ")");
    assertThat(svg).contains("prefers-color-scheme: dark").doesNotContain("href", "url(");
  }

  private static String kindOn(String line) {
    return line.substring(line.indexOf("DEADLOCK: "));
  }
}
