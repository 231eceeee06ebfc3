package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import org.jccl.RankProgram;
import org.jccl.benchmarks.house.Repository;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.run.ConformanceRun;
import org.jccl.conformance.run.RuleResult;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.jccl.sim.Simulator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What the pages say of the command line is so: every command is there, with every option. */
class PagesTest {
  private static final Pattern COMMAND = Pattern.compile("\\./jccl +([^`\\n]*)");

  /** The launcher's own commands, as its head lists them. */
  private static final Pattern LAUNCHED = Pattern.compile("(?m)^# {3}\\./jccl ([a-z]+)(.*)$");

  /** Words of a shell's line; what stands in quotes is one. */
  private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|\\S)+");

  private static final Pattern OPTION = Pattern.compile("-{1,2}[A-Za-z][A-Za-z-]*");

  /** Here a line's command ends. */
  private static final Set<String> END = Set.of("#", "|", ">", ">>", "&&", ";", "&", "2>&1");

  /** What follows these is for Maven, for JMH, or for the JDK. */
  private static final Set<String> HANDED_ON = Set.of("test", "jmh", "java", "javac");

  private final Map<String, Set<String>> launcher = launcher();

  private static Map<String, Set<String>> launcher() {
    Map<String, Set<String>> commands = new TreeMap<>();
    Matcher line = LAUNCHED.matcher(Repository.text("jccl"));
    while (line.find()) {
      Set<String> options = commands.computeIfAbsent(line.group(1), none -> new TreeSet<>());
      OPTION.matcher(line.group(2)).results().forEach(each -> options.add(each.group()));
    }
    return commands;
  }

  /** README, and what lies in docs itself. */
  private static Map<String, String> pages() {
    Map<String, String> pages = Repository.texts(".md");
    pages
        .keySet()
        .removeIf(file -> !file.matches("(docs/)?[^/]*\\.md") || file.startsWith("CHANGE"));
    return pages;
  }

  @TestFactory
  Stream<DynamicTest> everyCommandOfEveryPage_exists_withItsOptions() {
    return pages().entrySet().stream()
        .map(
            page ->
                DynamicTest.dynamicTest(
                    page.getKey(), () -> assertThat(wrong(page.getValue())).isEmpty()));
  }

  private List<String> wrong(String page) {
    List<String> wrong = new ArrayList<>();
    Matcher command = COMMAND.matcher(page.replace("\\\n", " "));
    while (command.find()) {
      List<String> words = words(command.group(1));
      String why = wrongOf(words);
      if (why.isEmpty() && !words.isEmpty()) {
        boolean mentioned = command.start() > 0 && page.charAt(command.start() - 1) == '`';
        why = HANDED_ON.contains(words.getFirst()) ? "" : ShownCommand.refusalOf(words, mentioned);
      }
      if (!why.isEmpty()) {
        wrong.add(command.group() + ": " + why);
      }
    }
    return wrong;
  }

  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    for (String word : WORD.matcher(line).results().map(each -> each.group()).toList()) {
      if (END.contains(word)) {
        break;
      }
      words.add(word.replaceAll("^[\\[(]+|[\\]),.:]+$", ""));
    }
    return words;
  }

  /** Why a command line means nothing; empty if it is right. */
  private String wrongOf(List<String> words) {
    if (words.isEmpty() || !words.getFirst().matches("[a-z]+")) {
      return ""; // A placeholder, or the file.
    }
    List<String> given = List.of(Main.named(words.toArray(String[]::new)));
    String name = given.getFirst();
    CommandLine command = Main.commandLine().getSubcommands().get(name);
    Set<String> own = launcher.get(name);
    if (command == null && own == null) {
      return "there is no command " + name;
    }
    if (command == null) {
      return HANDED_ON.contains(name) ? "" : unknownTo(own, given);
    }
    return unknownTo(command, given.subList(1, given.size()));
  }

  private static String unknownTo(Set<String> known, List<String> words) {
    return words.stream()
        .filter(word -> OPTION.matcher(word).matches() && !known.contains(word))
        .map(word -> "the launcher does not know " + word)
        .collect(Collectors.joining(", "));
  }

  private static String unknownTo(CommandLine command, List<String> words) {
    CommandLine at = command;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String name = word.replaceFirst("=.*", "");
      CommandLine below = at.getSubcommands().get(word.replaceFirst("\\\\?\\|.*", ""));
      if (below != null) {
        at = below;
      } else if (OPTION.matcher(name).matches()) {
        if (HANDED_ON.contains(at.getCommandName())) {
          return "";
        }
        OptionSpec option = at.getCommandSpec().findOption(name);
        if (option == null) {
          return at.getCommandSpec().qualifiedName() + " has no option " + name;
        }
        i += word.contains("=") ? 0 : option.arity().min();
      } else if (at.isStopAtPositional() && !word.contains("…")) {
        return ""; // What follows is the program's.
      }
    }
    return "";
  }

  @ParameterizedTest
  @CsvSource({
    "nonsense, there is no command nonsense",
    "verify --rules COL-04, jccl verify has no option --rules",
    "report compare a.json b.json --csv, jccl report compare has no option --csv",
    "stage --in DIR, the launcher does not know --in",
    "run --ranks 2 -cp PATH --sed 3 Class, jccl run has no option --sed",
  })
  void aWrongCommand_isFound(String line, String why) {
    assertThat(wrong("Try `./jccl " + line + "`.")).singleElement().asString().endsWith(why);
  }

  @ParameterizedTest
  @CsvSource({
    "bench --clock loops, no clock is called 'loops'",
    "bench -f 2 --op all_reduced, no operation is called 'all_reduced'",
    "verify --backend simulator, no backend is called 'simulator'",
    "run --ranks none -cp PATH Class, 'none' is no whole number",
    "predict --ranks 4 -b 8 -e 1X, '1X' is not a size",
  })
  void aWrongValue_isFound(String line, String why) {
    assertThat(wrong("    ./jccl " + line + "\n")).singleElement().asString().contains(why);
  }

  @Test
  void whatACommandRequires_mayBeMissingInASentenceAlone() {
    assertThat(wrong("Try `./jccl bundle`.")).isEmpty();
    assertThat(wrong("    ./jccl bundle\n")).singleElement().asString().contains("--out");
  }

  @ParameterizedTest
  @CsvSource({
    "run --ranks 2 -cp PATH Class --its-own",
    "jmh HostCost -prof gc",
    "test -pl sim-impl -am",
    "explore --faults --ranks 3 my.Program",
    "report html\\|compare\\|status",
  })
  void aRightCommand_isNot(String line) {
    assertThat(wrong("Try `./jccl " + line + "`.")).isEmpty();
  }

  @Test
  void theVersionsOfTheSemanticsPage_giveOtherBits() {
    Set<String> bits = new TreeSet<>();
    for (String version : List.of("2.28.9", "2.29.7")) {
      String line =
          "run --backend sim --ranks 4 --nccl-version %s org.jccl.benchmarks.examples.SumBits";
      String command = line.formatted(version);
      assertThat(Repository.text("docs/semantics.md")).contains("./jccl " + command + "\n");
      bits.add(printedBy(command));
    }
    assertThat(bits).hasSize(2).allSatisfy(line -> assertThat(line).contains("bits of the sum: "));
  }

  private static String printedBy(String command) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertThat(Main.commandLine().execute(command.split(" "))).isZero();
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theRulesOfTheSemanticsPage_runOnItsBackend(@TempDir Path folder) throws Exception {
    String page = Repository.text("docs/semantics.md");
    Matcher code = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertThat(code.find()).isTrue();
    Path file = Files.writeString(folder.resolve("Mine.java"), code.group(1));
    String path =
        Stream.of(RankProgram.class, Simulator.class, ConformanceRun.class, Example.class)
            .map(PagesTest::place)
            .collect(Collectors.joining(File.pathSeparator));
    int failed =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(System.out, System.err, "-proc:none", "-cp", path, "-d", "" + folder, "" + file);
    assertThat(failed).isZero();
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Matcher named = Pattern.compile("echo '(.*?)' > mine/META-INF/services/(\\S+)").matcher(page);
    while (named.find()) {
      Files.writeString(services.resolve(named.group(2)), named.group(1));
    }
    String own = "required_COL_10_onesSumToTheNumberOfRanks";
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      thread.setContextClassLoader(loader);
      List<RuleResult> results =
          ConformanceRun.run(Subjects.named("mine"), List.of(own), result -> {});
      assertThat(results).singleElement().extracting(RuleResult::outcome).isEqualTo(Outcome.HELD);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static String place(Class<?> any) {
    return Path.of(URI.create("" + any.getProtectionDomain().getCodeSource().getLocation()))
        .toString();
  }

  @ParameterizedTest
  @CsvSource({"COL-04", "DEADLOCK"})
  void explain_saysWhatTheSemanticsPageShows(String what) {
    StringWriter said = new StringWriter();
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(said));
    assertThat(jccl.execute("explain", what)).isZero();
    assertThat(said.toString()).isNotBlank();
    if (what.equals("COL-04")) {
      said.toString()
          .lines()
          .filter(line -> !line.isBlank())
          .limit(2)
          .forEach(
              line -> assertThat(Repository.text("docs/semantics.md")).contains("    " + line));
    }
  }
}
