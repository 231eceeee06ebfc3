package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.RankProgram;
import org.jccl.benchmarks.house.Repository;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import picocli.CommandLine;

/** {@code explore}, {@code replay} and {@code planted}, with a program of the user's own. */
class ExploreCommandsTest {
  /** Its last rank leaves a call away if the call before was done at once; or it is right. */
  private static final String PROGRAM =
      """
      package com.example;

      import org.jccl.*;

      public final class Hasty implements RankProgram {
        @Override
        public void run(Rank rank) {
          Communicator comm = rank.communicator();
          try (DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 4)) {
            buffer.fill((byte) 0, comm.defaultStream());
            comm.allReduce(buffer, ReduceOp.SUM);
            boolean done = comm.defaultStream().isIdle();
            if (rank.args().contains("right") || rank.rank() == 0 || !done) {
              comm.broadcast(buffer, 0);
            }
            comm.defaultStream().synchronize();
          }
        }
      }
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path classes;

  @BeforeEach
  void compileTheProgram() throws IOException {
    compile("Hasty", PROGRAM);
  }

  private void compile(String name, String source) throws IOException {
    Path file = Files.createDirectories(classes.resolve("src")).resolve(name + ".java");
    Files.writeString(file, source);
    compile(List.of(file));
  }

  private void compile(List<Path> files) {
    String path = classes + System.getProperty("path.separator") + classPath();
    List<String> words = new ArrayList<>(List.of("-proc:none", "-g", "-cp", path));
    words.addAll(List.of("-d", classes.toString()));
    files.forEach(file -> words.add(file.toString()));
    PrintWriter said = new PrintWriter(err, true);
    int code =
        ToolProvider.findFirst("javac").orElseThrow().run(said, said, words.toArray(String[]::new));
    assertThat(code).as(err.toString()).isZero();
  }

  /** What a program of the user's own and its tests are compiled with. */
  private static String classPath() {
    return Stream.of(RankProgram.class, Simulator.class, Test.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .map(place -> Path.of(URI.create(place.toString())).toString())
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }

  private int run(String line) {
    return runWords(
        Arrays.stream(line.split(" "))
            .map(word -> word.replace("CLASSES", classes.toString()))
            .toArray(String[]::new));
  }

  private int runWords(String... words) {
    out.getBuffer().setLength(0);
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return jccl.execute(words);
  }

  @Test
  void explore_saysComplete() {
    assertThat(run("explore -cp CLASSES --ranks 2 com.example.Hasty right"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).matches("complete: [0-9,]+ schedules, 0 failures\\R");

    assertThat(run("explore -cp CLASSES --strategy pos --schedules 20 com.example.Hasty right"))
        .isZero();
    assertThat(out.toString()).startsWith("not complete: 20 schedules, of which ");
  }

  @Test
  void explore_saysOfThePagesProgram_whatThePageSays() throws IOException {
    Matcher page =
        Pattern.compile(
                "```java\n(package com.example;.*?)```\n\n"
                    + " {4}\\./jccl (explore [^\n]*)\n {4}(complete: [^\n]*)\n",
                Pattern.DOTALL)
            .matcher(Repository.text("docs/testing.md"));
    assertThat(page.find()).isTrue();
    compile("Main", page.group(1));
    assertThat(run(page.group(2).replace("target/classes", "CLASSES"))).as(err.toString()).isZero();
    assertThat(out.toString().strip()).isEqualTo(page.group(3));
    assertThat(Repository.text("sim-impl/src/main/java/org/jccl/sim/explore/Explorer.java"))
        .contains(page.group(3));
  }

  @Test
  void explore_tellsALine_thatReplaysTheFailure() {
    assertThat(run("explore -cp CLASSES --ranks 2 com.example.Hasty")).isEqualTo(1);
    String told = out.toString();
    assertThat(told)
        .contains("Hasty.java:", "replay: ./jccl replay -cp ", "complete", " 1 failure, in ");
    String report = told.substring(0, told.indexOf("replay: ./jccl"));
    String line =
        told.lines().filter(each -> each.startsWith("replay: ")).findFirst().orElseThrow();

    assertThat(run(line.substring("replay: ./jccl ".length()))).isEqualTo(1);
    assertThat(out.toString().strip()).isEqualTo(report.strip());

    assertThat(run("replay -cp CLASSES --ranks 2 --choices fifo com.example.Hasty")).isZero();
    assertThat(out.toString()).isEqualTo("passed" + System.lineSeparator());

    assertThat(run("replay -cp CLASSES --ranks 2 --choices 0x5000.1 com.example.Hasty")).isZero();
    assertThat(out.toString())
        .startsWith("passed" + System.lineSeparator())
        .contains("it ended before the last of these choices");
  }

  @Test
  void explore_tellsWithHowFewRanksItFails() {
    assertThat(run("explore -cp CLASSES --ranks 4 com.example.Hasty")).isEqualTo(1);
    assertThat(out.toString())
        .contains("of 2 ranks wait for ever", "replay: ", " --ranks 2 ", "ranks: 2 are enough");
  }

  @Test
  void theJUnitClass_isShort_andFailsWithTheSameReport() throws Exception {
    assertThat(run("explore -cp CLASSES --junit CLASSES/test com.example.Hasty")).isEqualTo(1);
    String told = out.toString();
    Path file = classes.resolve("test/HastyReplayTest.java");
    assertThat(told).contains("test: " + file);
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSizeLessThanOrEqualTo(40).allMatch(line -> line.length() <= 100);
    assertFailsAlike("HastyReplayTest", file, told);
  }

  private void assertFailsAlike(String name, Path file, String told) throws Exception {
    compile(List.of(file));
    assertFailsAlike("com.example." + name, told);
  }

  private void assertFailsAlike(String name, String told) throws Exception {
    TestExecutionSummary summary = runTest(name);
    assertThat(summary.getTestsFoundCount()).isOne();
    assertThat(summary.getFailures()).hasSize(1);
    Throwable thrown = summary.getFailures().getFirst().getException();
    assertThat(thrown).isInstanceOf(AssertionError.class);
    assertThat(told).startsWith(String.valueOf(thrown.getMessage()).strip());
  }

  /** Wrong data, an exception, a leak, a hang, a report: of nested classes, with odd arguments. */
  private static final String KINDS =
      """
      package com.example;

      import org.jccl.*;

      public final class Kinds {
        public static final class One implements RankProgram {
          @Override
          public void run(Rank rank) {
            Communicator comm = rank.communicator();
            DeviceBuffer buffer = rank.device().allocate(DataType.INT32, 4);
            buffer.copyFrom(1, 2, 3, 4);
            switch (rank.args().getFirst()) {
              case "data" -> throw new AssertionError("sum 3, expected " + rank.args());
              case "exception" -> throw new IllegalStateException("args " + rank.args());
              case "leak" -> {
                return;
              }
              case "hang" -> comm.recv(buffer, rank.rank());
              default -> comm.allReduce(buffer.slice(0, 1 + rank.rank()), ReduceOp.SUM);
            }
            comm.defaultStream().synchronize();
            buffer.close();
          }
        }
      }
      """;

  @Test
  void everyKindOfFailure_isAJUnitClass_andALineToPaste() throws Exception {
    compile("Kinds", KINDS);
    String odd = "it's \"\\ $HOME\n*/ \u00e9";
    for (String kind : List.of("data", "exception", "leak", "hang", "report")) {
      List<String> words = new ArrayList<>(List.of("explore", "-cp", classes.toString()));
      words.addAll(List.of("--junit", classes.resolve(kind).toString()));
      words.addAll(List.of("com.example.Kinds$One", kind, odd));
      assertThat(runWords(words.toArray(String[]::new))).as(kind).isOne();
      String told = out.toString();
      assertThat(told)
          .contains(
              "'com.example.Kinds$One' " + kind + " 'it'\\''s \"\\ $HOME\n*/ \u00e9'",
              "Kinds.java:")
          .doesNotContain("org.jccl.benchmarks.cli");
      assertFailsAlike("OneReplayTest", classes.resolve(kind + "/OneReplayTest.java"), told);
    }
  }

  /**
   * Constructors that throw, names that source cannot say, a class called as one that is imported.
   */
  private static final String SHAPES =
      """
      import java.util.*;
      import org.jccl.*;

      class Shapes {
        static class Failing implements RankProgram {
          @Override
          public void run(Rank rank) {
            throw new IllegalStateException("args " + rank.args());
          }
        }

        public static final class Checked extends Failing {
          public Checked() throws java.io.IOException, InterruptedException {}
        }

        public static class Generic<T, E extends Exception> extends Failing {
          public <F extends Throwable> Generic() throws E, F {}

          public Generic(Object... more) {}
        }

        private static class Hidden {
          public static class Inside extends Failing {
            public Inside() throws Exception {}
          }
        }

        protected static class Odd$Name extends Failing {
          public Odd$Name() {}
        }
      }
      """;

  private static final String IMPORTED =
      """
      public final class Explorer extends Shapes.Failing {
        public static class FaultPlan extends Shapes.Failing {}
      }
      """;

  @Test
  void programsOfEveryShape_haveAJUnitClassThatCompilesAndFailsAlike() throws Exception {
    compile("Shapes", SHAPES);
    compile("Explorer", IMPORTED);
    Map<String, String> told = new LinkedHashMap<>();
    for (String name :
        List.of(
            "Shapes$Checked",
            "Shapes$Generic",
            "Shapes$Hidden$Inside",
            "Shapes$Odd$Name",
            "Explorer",
            "Explorer$FaultPlan")) {
      String simple = name.endsWith("Odd$Name") ? "Odd$Name" : name.replaceAll(".*\\$", "");
      List<String> words = List.of("-cp", classes + "", "--junit", classes + "/made", name);
      List<String> explore = new ArrayList<>(List.of("explore", "--ranks", "1", "--shared"));
      explore.addAll(words);
      explore.addAll(List.of("", "\\u000a\"\\", "\u0000\u007f\ud83d\ude00 */"));
      assertThat(runWords(explore.toArray(String[]::new))).as(name).isOne();
      told.put(simple + "ReplayTest", out.toString());

      List<String> faults =
          new ArrayList<>(List.of("faults", "--ranks", "1", "--plan", "rank 0 at call 9: exit"));
      faults.addAll(words);
      assertThat(runWords(faults.toArray(String[]::new))).as(name + err).isOne();
      told.put(simple + "FaultTest", out.toString());
    }
    compile(told.keySet().stream().map(each -> classes.resolve("made/" + each + ".java")).toList());
    for (Map.Entry<String, String> each : told.entrySet()) {
      assertFailsAlike(each.getKey(), each.getValue());
    }
  }

  @Test
  void aFaultThatAProgramDoesNotSurvive_isAJUnitClass() throws Exception {
    String faults =
        "faults -cp CLASSES --ranks 2 --kinds exit,slow --junit CLASSES/f com.example.Hasty right";
    assertThat(run(faults)).as(err.toString()).isOne();
    Path file = classes.resolve("f/HastyFaultTest.java");
    assertThat(out.toString()).contains("test: " + file);
    assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(40);
    compile("HastyFaultTest", Files.readString(file));

    Throwable thrown =
        runTest("com.example.HastyFaultTest").getFailures().getFirst().getException();
    assertThat(thrown).isInstanceOf(AssertionError.class).hasMessageContaining(": exit -> hang");
    assertThat(out.toString()).contains(thrown.getMessage());
    assertThat(thrown.getCause()).hasMessageContaining("Hasty.java:");

    String[] seeds = {"faults", "--ranks", "2", "--seeds", "3..4", "-cp", classes.toString()};
    List<String> words = new ArrayList<>(List.of(seeds));
    words.addAll(List.of("--plan", "rank 1 at all_reduce 1: exit", "--junit", classes + "/s"));
    words.addAll(List.of("com.example.Hasty", "right"));
    assertThat(runWords(words.toArray(String[]::new))).as(err.toString()).isOne();
    assertThat(Files.readString(classes.resolve("s/HastyFaultTest.java")))
        .contains("FaultPlan.parse(\"rank 1 at all_reduce 1: exit\")", "List.of(\"right\")");
  }

  private TestExecutionSummary runTest(String name) throws Exception {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    URL[] place = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(place, getClass().getClassLoader())) {
      LauncherDiscoveryRequest request =
          LauncherDiscoveryRequestBuilder.request()
              .selectors(selectClass(loader.loadClass(name)))
              .build();
      LauncherFactory.create().execute(request, listener);
    }
    return listener.getSummary();
  }

  @Test
  void wrongOptions_areRefused() {
    for (String[] each :
        new String[][] {
          {"explore -cp CLASSES --strategy best com.example.Hasty", "no strategy is called 'best'"},
          {
            "explore -cp CLASSES --vary weather com.example.Hasty",
            "no variation is called 'weather'"
          },
          {"explore -cp CLASSES --ranks 0 com.example.Hasty", "give "},
          {"explore --schedules 0 -cp CLASSES com.example.Hasty", "give "},
          {"replay -cp CLASSES --choices 1.a com.example.Hasty", "as explore tells them"},
          {"replay -cp CLASSES --choices 0x3.99 com.example.Hasty", "not those of this program"},
          {"planted --only nothing", "no planted bug is called"},
        }) {
      assertThat(run(each[0])).as(each[0]).isEqualTo(2);
      assertThat(err.toString()).contains(each[1]);
    }
  }

  @Test
  void planted_findsWhatItLooksFor() {
    assertThat(run("planted --only #1013 --trials 1 --most 50 --free 0"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString().getBytes(StandardCharsets.UTF_8)).isNotEmpty();
    assertThat(out.toString())
        .contains("| depth | bug |", "nccl #1013 | [MISSING_RANK]", "1 of 1 bugs found, 1 of them");
  }
}
