package org.jccl.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * The sample project with a bug planted into it: its own tests find each one, in every schedule,
 * and name the line.
 */
class PlantedBugsTest {
  private static final Path SAMPLE = Path.of("..", "..", "docs", "samples", "training", "src");
  private static final int SEEDS = Integer.getInteger("jccl.planted.seeds", 3);
  private static final String FOLDER = "jccl.planted.folder";

  /** A file that gets a row for each bug and number of ranks. */
  private static final String TABLE = System.getProperty("jccl.planted.table", "");

  private static final String ZERO = "ZeroOptimizer";
  private static final String PIPELINE = "Pipeline";
  private static final String LAYERS = "OverlappedLayers";

  /**
   * A bug.
   *
   * @param name what was done wrong
   * @param file the class that gets it
   * @param right what the class says
   * @param wrong what it says instead
   * @param guilty what the guilty line has in it, the one that the failure has to name
   * @param says what the failure has to say
   */
  record Bug(String name, String file, String right, String wrong, String guilty, String says) {
    @Override
    public String toString() {
      return file + ": " + name;
    }

    String test() {
      return switch (file) {
        case ZERO -> "zero_givesWhatOneRankGives";
        case PIPELINE -> "pipeline_runsAllBatchesForwardsAndBackwards";
        default -> "overlappedLayers_areSummedOverTheRanks";
      };
    }
  }

  static Stream<Bug> bugs() {
    return Stream.of(
        new Bug(
            "uses the reduced gradient before it is reduced",
            ZERO,
            "comm.reduceScatter(gradients, ownGradient, ReduceOp.AVG);\n"
                + "    DeviceBuffer own = weights.slice((long) comm.rank() * part, part);\n"
                + "    update(own);\n",
            "DeviceBuffer own = weights.slice((long) comm.rank() * part, part);\n"
                + "    update(own);\n"
                + "    comm.reduceScatter(gradients, ownGradient, ReduceOp.AVG);\n",
            "FloatBuffer slope",
            "UNINITIALIZED_DATA|array contents differ"),
        new Bug(
            "gathers from the wrong place in the output",
            ZERO,
            "comm.allGather(own, weights);",
            "comm.allGather(weights.slice(0, part), weights); // BUG",
            "// BUG",
            "all_gather|allGather"),
        new Bug(
            "one rank makes one call more",
            ZERO,
            "comm.allGather(own, weights);",
            "comm.allGather(own, weights);\n    if (comm.rank() == 0) comm.barrier(); // BUG",
            "// BUG",
            "MISMATCH|MISSING_RANK"),
        new Bug(
            "one rank sums instead of averaging",
            ZERO,
            "ownGradient, ReduceOp.AVG);",
            "ownGradient, comm.rank() == 1 ? ReduceOp.SUM : ReduceOp.AVG); // BUG",
            "// BUG",
            "MISMATCH\\(reduction\\)"),
        new Bug(
            "one rank makes another call",
            ZERO,
            "comm.allGather(own, weights);",
            "if (comm.rank() == 0) comm.allGather(own, weights);\n"
                + "    else comm.broadcast(weights, 0); // BUG",
            "// BUG",
            "MISMATCH"),
        new Bug(
            "forgets to close a buffer",
            ZERO,
            "    gradients.close();\n",
            "",
            "this.gradients = ",
            "left open"),
        new Bug(
            "sends and receives one after the other",
            PIPELINE,
            "comm.sendRecv(outgoing, other, incoming, other);",
            "comm.send(outgoing, other); // BUG\n"
                + "    comm.defaultStream().synchronize();\n"
                + "    comm.recv(incoming, other);",
            "// BUG",
            "DEADLOCK"),
        new Bug(
            "drops the last gradients",
            PIPELINE,
            "      receive(1, stage + 1);\n      backward();\n      send(stage - 1);",
            "      receive(1, stage + 1);\n      backward(); // nothing is sent on",
            "comm.recv(incoming, from)",
            "DEADLOCK|UNMATCHED_P2P|MISSING_RANK"),
        new Bug(
            "receives more than is sent",
            PIPELINE,
            "this.incoming = comm.device().allocate(DataType.FLOAT32, 1);",
            "this.incoming = comm.device().allocate(DataType.FLOAT32, 2);",
            "comm.recv(incoming, from)",
            "P2P_LENGTH"),
        new Bug(
            "fills a buffer again while it is still reduced",
            LAYERS,
            "compute.waitFor(done[turn]);",
            "",
            "compute.run(",
            "BUFFER_REUSE"),
        new Bug(
            "reduces a buffer before it is full",
            LAYERS,
            "reduce.waitFor(full[turn]);",
            "",
            "comm.allReduce(",
            "BUFFER_REUSE"),
        new Bug(
            "records the event before the work",
            LAYERS,
            "      multiply(weights[layer], input, parts[turn]);\n"
                + "      full[turn].record(compute);\n",
            "      full[turn].record(compute);\n"
                + "      multiply(weights[layer], input, parts[turn]);\n",
            "comm.allReduce(",
            "BUFFER_REUSE"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void isFound_inEverySchedule_withItsLine(Bug bug, @TempDir Path folder) throws Exception {
    List<Path> sources = planted(bug, folder);
    int line = guiltyLine(bug, sources);
    ClassLoader loader = Compiled.sources(sources, folder);
    for (int ranks : bug.file().equals(ZERO) ? new int[] {2, 4} : new int[] {3, 4}) {
      Map<String, Integer> said = new TreeMap<>();
      for (int seed = 0; seed <= SEEDS; seed++) {
        for (String strict : List.of("", " strict")) {
          String schedule = "ranks=" + ranks + (seed == 0 ? " fifo" : " seed=" + seed) + strict;
          String message = failure(bug, schedule, loader);

          assertThat(message).describedAs("%s, %s", bug, schedule).containsPattern(bug.says());
          assertThat(message)
              .describedAs("%s, %s", bug, schedule)
              .contains(bug.file() + ".java:" + line + ")");
          said.merge(kind(message), 1, Integer::sum);
        }
      }
      row(bug, ranks, line, said);
    }
  }

  /** What is said first, without what differs from schedule to schedule. */
  private static String kind(String message) {
    String said = message.lines().skip(1).findFirst().orElse(message);
    return said.replaceFirst(
        "^(rank \\d+: )?([A-Z][A-Z_0-9]{2,}(\\([a-z, ]+\\))?|left open|\\w+).*", "$2");
  }

  private static void row(Bug bug, int ranks, int line, Map<String, Integer> said)
      throws IOException {
    if (!TABLE.isEmpty()) {
      int found = said.values().stream().mapToInt(Integer::intValue).sum();
      String guilty = bug.file() + ".java:" + line;
      String row =
          "%s\t%d\t%d of %d\t%s\t%s%n".formatted(bug, ranks, found, 2 * (SEEDS + 1), guilty, said);
      Files.writeString(Path.of(TABLE), row, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  /** For {@code ./jccl samples --planted}, which builds them. */
  @Test
  @EnabledIfSystemProperty(named = FOLDER, matches = ".+")
  void projects_areWritten_oneForEachBug() throws IOException {
    Path all = Path.of(System.getProperty(FOLDER));
    // Of each file one comes first: so a few are of all kinds.
    List<Bug> bugs = bugs().toList();
    for (int number = 0; number < bugs.size(); number++) {
      Bug bug = bugs.get(number);
      long before =
          bugs.subList(0, number).stream().filter(o -> o.file().equals(bug.file())).count();
      Path project =
          all.resolve("%02d-%s".formatted(before, bug.toString().replaceAll("\\W+", "-")));
      copy(SAMPLE.getParent(), project, bug);
      Path guilty = project.resolve("src/main/java/com/example/training/" + bug.file() + ".java");
      int line = guiltyLine(bug, List.of(guilty));
      String where = bug.file() + "\\.java:" + line + "\\)";
      Files.writeString(project.resolve("expected.txt"), bug.says() + "\n" + where + "\n");
    }
  }

  private static void copy(Path from, Path to, Bug bug) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.filter(each -> !from.relativize(each).startsWith("target")).toList()) {
        Path copy = to.resolve(from.relativize(path));
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          String text = Files.readString(path);
          boolean gets = path.endsWith(bug.file() + ".java");
          Files.writeString(copy, gets ? text.replace(bug.right(), bug.wrong()) : text);
        }
      }
    }
  }

  private static String failure(Bug bug, String schedule, ClassLoader loader) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      EngineExecutionResults results =
          EngineTestKit.engine("junit-jupiter")
              .configurationParameter(RankTestExtension.REPLAY, schedule)
              .selectors(
                  selectMethod(
                      loader.loadClass("com.example.training.TrainingTest"),
                      bug.test(),
                      "org.jccl.Communicator"))
              .execute();
      return results.testEvents().failed().list().stream()
          .map(event -> event.getPayload(TestExecutionResult.class).orElseThrow())
          .map(result -> result.getThrowable().map(Throwable::getMessage).orElse(""))
          .findFirst()
          .orElse("nothing was found");
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static List<Path> planted(Bug bug, Path folder) throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> all = Files.walk(SAMPLE)) {
      for (Path path : all.filter(each -> each.toString().endsWith(".java")).toList()) {
        String text = Files.readString(path);
        Path copy = folder.resolve(path.getFileName());
        if (copy.endsWith(bug.file() + ".java")) {
          assertThat(text).describedAs("the sample").contains(bug.right());
          text = text.replace(bug.right(), bug.wrong());
        }
        Files.writeString(copy, text);
        sources.add(copy);
      }
    }
    return sources;
  }

  private static int guiltyLine(Bug bug, List<Path> sources) throws IOException {
    for (Path source : sources) {
      if (source.endsWith(bug.file() + ".java")) {
        List<String> lines = Files.readAllLines(source);
        for (int i = 0; i < lines.size(); i++) {
          if (lines.get(i).contains(bug.guilty())) {
            return i + 1;
          }
        }
      }
    }
    throw new AssertionError(bug + ": no line has " + bug.guilty());
  }
}
