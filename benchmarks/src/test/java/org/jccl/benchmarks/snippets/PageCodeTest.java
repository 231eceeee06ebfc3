package org.jccl.benchmarks.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import org.assertj.core.api.AbstractAssert;
import org.jccl.RankProgram;
import org.jccl.benchmarks.house.Repository;
import org.jccl.conformance.run.ConformanceRun;
import org.jccl.sim.Simulator;
import org.jccl.test.RankTest;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All code of all pages is compiled, as it stands there. */
class PageCodeTest {
  private static final Pattern FENCE = Pattern.compile("(?m)^```(\\w*)\n((?s:.*?))^```$");

  /** Code that no fence marks as Java would not be compiled. */
  private static final Pattern LOOKS_LIKE_JAVA =
      Pattern.compile(
          "(?m)^ {4}(?:[A-Z]\\w+(?:<.*>)? \\w+ = |try \\(|import [a-z.]+\\*?;|public ).*");

  private static final Pattern PYTHON_NAME = Pattern.compile("jccl_torch\\.(\\w+)");

  /** What a reader has already where a page shows a few lines. */
  private static final String READERS_OWN =
      """
      import static java.time.Duration.ofMinutes;
      import static org.jccl.CommunicatorConfig.defaults;
      import static org.jccl.DataType.FLOAT32;
      import java.nio.file.Path;
      import java.time.Duration;
      import java.util.List;
      import net.jqwik.api.ForAll;
      import net.jqwik.api.constraints.IntRange;
      import net.jqwik.api.constraints.Size;
      import org.jccl.*;
      import org.jccl.config.*;
      import org.jccl.observe.*;
      import org.jccl.process.*;
      import org.jccl.sim.Simulator;
      import org.jccl.sim.explore.*;
      import org.jccl.sim.faults.*;
      import org.jccl.sim.rehearsal.*;
      import org.jccl.test.*;
      class Page {
        static class Framework {
          Framework(List<Device> devices) {}
          void train() {}
        }
        static class Training implements RankProgram {
          @Override public void run(Rank rank) {}
        }
        record Given(ProcessGroup group, Backend backend, Communicator comm, Device device) {}
        RankProgram program;
        Communicator comm;
        Device device;
        ProcessGroup group;
        DeviceBuffer buffer, weights, gradient;
        Stream stream, compute;
        Event ready;
        Path path;
        double[] rank0, rank1, rank2;
        float[] ones, result;
        String host, secret;
        int rank, worldSize, n;
        boolean training;
      """;

  @TempDir private Path folder;

  private static Map<String, String> pages() {
    Map<String, String> pages = Repository.texts(".md");
    pages.keySet().removeIf(file -> file.startsWith("docs/spec/"));
    return pages;
  }

  private static Stream<MatchResult> fenced(String page, String language) {
    return FENCE.matcher(page).results().filter(each -> each.group(1).equals(language));
  }

  @TestFactory
  Stream<DynamicTest> everyPieceOfJava_compiles() {
    List<DynamicTest> tests = new ArrayList<>();
    pages()
        .forEach(
            (page, text) ->
                fenced(text, "java")
                    .forEach(
                        code ->
                            tests.add(
                                DynamicTest.dynamicTest(
                                    page
                                        + ", line "
                                        + text.substring(0, code.start()).lines().count(),
                                    () -> assertThat(errors(code.group(2))).isEmpty()))));
    assertThat(tests).hasSizeGreaterThan(15);
    return tests.stream();
  }

  @Test
  void codeIsMarkedAsJava() {
    pages()
        .forEach(
            (page, text) ->
                assertThat(LOOKS_LIKE_JAVA.matcher(FENCE.matcher(text).replaceAll("")).results())
                    .as(page)
                    .extracting(MatchResult::group)
                    .isEmpty());
  }

  @Test
  void whatPythonIsShownToCall_isThere() {
    String module = Repository.text("jccl_torch.py");
    TreeSet<String> names = new TreeSet<>();
    for (String page : pages().values()) {
      PYTHON_NAME.matcher(page).results().forEach(each -> names.add(each.group(1)));
    }
    names.remove("py");
    assertThat(names).hasSizeGreaterThan(3);
    assertThat(names)
        .allSatisfy(name -> assertThat(module).containsPattern("(?m)^(def|class) " + name + "\\b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "comm.allReduces(buffer, ReduceOp.SUM);",
        "@RankTest(rank = 4)\nvoid a(World world) {}",
        "public class A implements RankProgram {\n  public void walk(Rank rank) {}\n}",
        "comm.allReduce(buffer);\n\nstatic void more() {}",
      })
  void wrongCode_isFound(String code) {
    assertThat(errors(code)).isNotEmpty();
  }

  /** What the compiler says of {@code code}; nothing if it is right in one of these places. */
  private List<String> errors(String code) {
    String whole = code.replace("…", "");
    if (Pattern.compile("(?m)^(public |package |import )").matcher(whole).find()) {
      return compile(whole);
    }
    Matcher member = Pattern.compile("(?m)^(static |@)").matcher(whole);
    int members = member.find() ? member.start() : whole.length();
    return compile(
        READERS_OWN
            + "  void lines() throws Exception {\n"
            + whole.substring(0, members)
            + "  }\n"
            + whole.substring(members)
            + "}\n");
  }

  private List<String> compile(String source) {
    Matcher type = Pattern.compile("(?m)^public (?:final )?class (\\w+)").matcher(source);
    String name = type.find() ? type.group(1) : "Page";
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    int failed =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                out,
                out,
                "-proc:none",
                "-cp",
                classPath(),
                "-d",
                folder.toString(),
                "" + written(name, source));
    out.flush();
    return failed == 0 ? List.of() : List.of(said.toString());
  }

  private Path written(String name, String source) {
    try {
      return Files.writeString(folder.resolve(name + ".java"), source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String classPath() {
    return Stream.of(
            RankProgram.class,
            Simulator.class,
            ConformanceRun.class,
            RankTest.class,
            Example.class,
            Test.class,
            AbstractAssert.class)
        .map(any -> any.getProtectionDomain().getCodeSource().getLocation())
        .map(url -> Path.of(URI.create(url.toString())).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
