package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Each file that a command reads is replaced by each kind of hostile file: one line that names the
 * file and says what is wrong in a user's words, exit code 2, and soon.
 */
class HostileFilesTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** Puts something hostile at a path. */
  private interface Hostile {
    void at(Path path) throws IOException, InterruptedException;
  }

  private static Map<String, Hostile> hostiles() {
    Map<String, Hostile> all = new LinkedHashMap<>();
    all.put("nothing", path -> {});
    all.put("an empty file", path -> Files.writeString(path, ""));
    all.put("a folder", Files::createDirectory);
    all.put("a pipe", HostileFilesTest::pipe);
    all.put("/dev/zero", path -> Files.createSymbolicLink(path, Path.of("/dev/zero")));
    all.put("a link to itself", path -> Files.createSymbolicLink(path, path));
    all.put("bytes", path -> Files.write(path, new byte[] {(byte) 0xff, 0, 1, (byte) 0xfe}));
    all.put("deep nesting", path -> Files.writeString(path, "[".repeat(100_000)));
    all.put("deep objects", path -> Files.writeString(path, "{\"format\":".repeat(100_000) + "1"));
    all.put("a line of 20 MB", path -> Files.writeString(path, "x".repeat(20_000_000)));
    all.put("a text of 30 MB", path -> Files.writeString(path, '"' + "x".repeat(30_000_000) + '"'));
    all.put("3 GB of nothing", HostileFilesTest::sparse);
    all.put("not a number", path -> Files.writeString(path, "{\"format\": NaN}"));
    all.put("a null", path -> Files.writeString(path, "{\"format\": null}"));
    all.put("a list", path -> Files.writeString(path, "[1, 2, 3]"));
    all.put("a missing field", path -> Files.writeString(path, "{\n\"format\": 1\n}"));
    all.put("another format", path -> Files.writeString(path, "{\"format\": 1.9}"));
    all.put("cut off", path -> Files.writeString(path, "{\"format\": 1, \"environment\": {"));
    all.put("a long number", path -> Files.writeString(path, "{\"format\": " + "9".repeat(5_000)));
    all.put("a field twice", path -> Files.writeString(path, "{\"format\": 1, \"format\": 1}"));
    all.put("control characters", path -> Files.writeString(path, "{\"\u001B[31m\": 1}"));
    return all;
  }

  private static void pipe(Path path) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
  }

  private static void sparse(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(3L << 30);
    }
  }

  /**
   * A command and where it finds the file.
   *
   * @param good what is no error there: a table that nobody has made yet
   */
  private record Reader(String line, String file, Set<String> good) {
    Reader(String line, String file) {
      this(line, file, Set.of());
    }
  }

  /** What any text is: lines to compare. */
  private static final Set<String> TEXTS =
      Set.of(
          "an empty file",
          "deep nesting",
          "deep objects",
          "not a number",
          "a null",
          "a list",
          "a missing field",
          "another format",
          "cut off",
          "a long number",
          "a field twice",
          "control characters");

  private static List<Reader> readers() {
    return List.of(
        new Reader("report html FOLDER/x.json --out FOLDER/page.html", "x.json"),
        new Reader("report compare FOLDER/x.json FOLDER/x.json", "x.json"),
        new Reader("predict --ranks 2 --measured FOLDER/x.json", "x.json"),
        new Reader("calibrate --out FOLDER/out.json --measured FOLDER/x.json", "x.json"),
        new Reader("predict --ranks 2 --profile FOLDER/x.json", "x.json"),
        new Reader("differential --floats --profile FOLDER/x.json --count 1", "x.json"),
        new Reader("explain FOLDER", "jccl-x.json"),
        new Reader(
            "tune --show --backend sim --from FOLDER/x.txt", "x.txt", Set.of("an empty file")),
        new Reader("bench --compare FOLDER/x.json FOLDER/x.json", "x.json"),
        new Reader("report trace FOLDER/x.trace FOLDER/x.trace", "x.trace", TEXTS),
        new Reader("verify --golden FOLDER", "summary.json"),
        new Reader(
            "report status --tables FOLDER --out FOLDER/page.md",
            "rules-simulator.tsv",
            Set.of("nothing", "a link to itself")),
        new Reader(
            "report misuse --tables FOLDER --out FOLDER/page.md",
            "misuse-sim.tsv",
            Set.of("nothing", "a link to itself", "an empty file")));
  }

  @TestFactory
  Stream<DynamicTest> everyReader_refusesEveryHostileFile() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Reader reader : readers()) {
      hostiles()
          .forEach(
              (what, hostile) -> {
                if (!reader.good().contains(what)) {
                  tests.add(
                      DynamicTest.dynamicTest(
                          reader.line().replace("FOLDER/", "") + ": " + what,
                          () -> refuses(reader, hostile)));
                }
              });
    }
    return tests.stream();
  }

  private void refuses(Reader reader, Hostile hostile) throws IOException, InterruptedException {
    Path own = Files.createTempDirectory(folder, "case");
    hostile.at(own.resolve(reader.file()));
    String line = reader.line().replace("FOLDER", own.toString());
    String said = refused(line);
    assertThat(said).as(line).contains(own.toString());
    Files.deleteIfExists(own.resolve(reader.file()));
    assertThat(own.toFile().list()).as("left of " + line).isNullOrEmpty();
  }

  private static final Pattern PROGRESS =
      Pattern.compile("^jccl [a-z]+: \\d+:\\d\\d(: .*)?\\R", Pattern.MULTILINE);

  private static String refused(String line) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = assertTimeoutPreemptively(SOON, () -> jccl.execute(line.split(" ")), line);
    // On a busy machine a command says how far it is before it refuses.
    String said = PROGRESS.matcher(err.toString()).replaceAll("");
    assertThat(code).as("%s%n%s", line, said).isEqualTo(2);
    assertThat(said)
        .as(line)
        .hasLineCount(1)
        .doesNotContain("java.", "Exception", "StreamRead", "JsonLocation", "\u001B", "not a Map");
    assertThat(said.length()).as(line).isLessThan(2_000);
    return said;
  }

  @TestFactory
  Stream<DynamicTest> resultsOfARecording() {
    Map<String, Hostile> all = new LinkedHashMap<>();
    all.put("not packed", path -> Files.writeString(path, "{}"));
    all.put("cut off", path -> Files.write(path, cut()));
    all.put("a bomb", path -> packed(path, "x", 40_000_000));
    all.put("a null", path -> packed(path, "{\"t\": null}", 1));
    all.put("not a number", path -> packed(path, "{\"t\": \"case\", \"c\": NaN}", 1));
    all.put("deep nesting", path -> packed(path, "[", 100_000));
    all.put("a pipe", HostileFilesTest::pipe);
    all.put("/dev/zero", path -> Files.createSymbolicLink(path, Path.of("/dev/zero")));
    return all.entrySet().stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(),
                    () -> {
                      Path own = Files.createTempDirectory(folder, "case");
                      Files.copy(
                          getClass()
                              .getClassLoader()
                              .getResourceAsStream("org/jccl/fidelity/golden/h200/summary.json"),
                          own.resolve("summary.json"));
                      each.getValue().at(own.resolve("results.jsonl.gz"));
                      assertThat(refused("verify --golden " + own))
                          .contains(own.resolve("results.jsonl.gz").toString());
                    }));
  }

  private static byte[] cut() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write("{\"t\":".repeat(1_000).getBytes(StandardCharsets.UTF_8));
    }
    return Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2);
  }

  private static void packed(Path path, String part, int times) throws IOException {
    byte[] bytes = part.repeat(Math.min(times, 1_000_000)).getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
      for (int done = 0; done < times; done += Math.min(times, 1_000_000)) {
        out.write(bytes);
      }
    }
  }
}
