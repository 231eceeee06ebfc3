package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jccl.benchmarks.cli.option.Numbers;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.house.Repository;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every option of every command gets each kind of bad value: one line, which names the option and
 * says what is allowed, and exit code 2, before anything runs.
 *
 * <p>Each line also has an option that no command knows. So a value that an option takes starts
 * nothing: the line is refused for that option then.
 */
class EveryOptionTest {
  private static final String UNKNOWN = "--no-such-option";

  private static final Map<String, String> BAD = new LinkedHashMap<>();

  static {
    BAD.put("empty", "");
    BAD.put("blank", "  ");
    BAD.put("a word", "nonsense");
    BAD.put("negative", "-1");
    BAD.put("zero", "0");
    BAD.put("a fraction", "8E-1");
    BAD.put("beyond 64 bits", "99999999999999999999");
    BAD.put("the largest 64 bits hold", "9223372036854775807");
    BAD.put("not a number", "NaN");
    BAD.put("a list that ends in a comma", "2,");
    BAD.put("a control character", "2\u001B[31m\nred");
    BAD.put("a NUL", "2\0");
    BAD.put("very long", "x".repeat(5_000));
    BAD.put("a file of the kernel", "/proc/nowhere/x");
    BAD.put("what looks like a file of arguments", "@/etc/passwd");
  }

  /** Kinds of bad value that a kind of option takes, because they are good there. */
  private static final Map<Class<?>, Set<String>> GOOD =
      Map.ofEntries(
          Map.entry(Numbers.Seed.class, Set.of("negative", "zero", "the largest 64 bits hold")),
          Map.entry(Texts.Seeds.class, Set.of("negative", "zero", "the largest 64 bits hold")),
          Map.entry(Numbers.RankNumber.class, Set.of("zero")),
          Map.entry(Numbers.TimesOrNone.class, Set.of("zero")),
          Map.entry(Numbers.ZeroOrOne.class, Set.of("zero")),
          Map.entry(Texts.SomeBytes.class, Set.of("the largest 64 bits hold")),
          Map.entry(Texts.Choices.class, Set.of("zero")),
          // A source or a depth.
          Map.entry(Texts.Planted.class, Set.of("zero")),
          // The prefix of the rules on NaN.
          Map.entry(Texts.Rules.class, Set.of("not a number")),
          Map.entry(
              Texts.Host.class,
              Set.of(
                  "a word",
                  "zero",
                  "a fraction",
                  "beyond 64 bits",
                  "the largest 64 bits hold",
                  "not a number")),
          Map.entry(
              Texts.Title.class,
              Set.of(
                  "a word",
                  "negative",
                  "zero",
                  "a fraction",
                  "beyond 64 bits",
                  "the largest 64 bits hold",
                  "not a number",
                  "a list that ends in a comma",
                  "a file of the kernel",
                  "what looks like a file of arguments")),
          Map.entry(Texts.ClassName.class, Set.of("a word", "not a number", "very long")),
          Map.entry(
              Texts.ClassPath.class,
              Set.of(
                  "a word",
                  "negative",
                  "zero",
                  "a fraction",
                  "beyond 64 bits",
                  "the largest 64 bits hold",
                  "not a number",
                  "a list that ends in a comma",
                  "a control character",
                  "very long",
                  "a file of the kernel",
                  "what looks like a file of arguments")),
          Map.entry(Paths.FileToWrite.class, namesOfFiles()),
          Map.entry(
              Paths.FolderToWrite.class, namesOfFiles("what looks like a file of arguments")));

  private static Set<String> namesOfFiles(String... more) {
    Set<String> names = new HashSet<>(Set.of(more));
    names.addAll(
        Set.of(
            "a word",
            "negative",
            "zero",
            "a fraction",
            "beyond 64 bits",
            "the largest 64 bits hold",
            "not a number",
            "a list that ends in a comma",
            "a control character"));
    return names;
  }

  @TestFactory
  Stream<DynamicTest> badValues() {
    List<DynamicTest> tests = new ArrayList<>();
    for (CommandSpec command : commands()) {
      for (OptionSpec option : command.options()) {
        if (option.usageHelp() || option.versionHelp() || isFlag(option)) {
          continue;
        }
        BAD.forEach(
            (kind, value) ->
                tests.add(
                    DynamicTest.dynamicTest(
                        command.qualifiedName() + " " + option.longestName() + ": " + kind,
                        () -> refuses(command, option, kind, value))));
      }
    }
    assertThat(tests).hasSizeGreaterThan(1_000);
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> flagsWithAValue() {
    return commands().stream()
        .flatMap(
            command ->
                command.options().stream()
                    .filter(EveryOptionTest::isFlag)
                    .map(
                        flag ->
                            DynamicTest.dynamicTest(
                                command.qualifiedName() + " " + flag.longestName(),
                                () ->
                                    assertThat(
                                            oneLine(
                                                line(command, flag, flag.longestName() + "=maybe")))
                                        .contains(flag.longestName()))));
  }

  /** Whoever adds an option says in one word what values it takes. */
  @Test
  void everyOptionSaysWhatItTakes() {
    for (CommandSpec command : commands()) {
      for (OptionSpec option : command.options()) {
        if (!isFlag(option)) {
          assertThat(option.converters())
              .as(command.qualifiedName() + " " + option.longestName())
              .hasOnlyElementsOfType(OptionValue.class)
              .isNotEmpty();
          assertThat(option.splitRegex())
              .as(command.qualifiedName() + " " + option.longestName())
              .isIn("", OptionValue.LIST);
        }
      }
    }
  }

  private static void refuses(CommandSpec command, ArgSpec option, String kind, String value) {
    String name = ((OptionSpec) option).longestName();
    boolean good = GOOD.getOrDefault(option.converters()[0].getClass(), Set.of()).contains(kind);
    String said = oneLine(line(command, option, name, value));
    if (good) {
      assertThat(said).containsAnyOf(UNKNOWN, "Missing required parameter: ");
    } else {
      assertThat(said).contains(name + ": ");
      assertThat(said).containsPattern(": (give|use|write|name|there are) ");
    }
  }

  private static boolean isFlag(OptionSpec option) {
    return option.arity().max() == 0;
  }

  /** The command with all that it requires, the words, and an option that it does not know. */
  private static String[] line(CommandSpec command, ArgSpec tested, String... words) {
    List<String> line = new ArrayList<>(List.of(command.qualifiedName().split(" ")));
    line.removeFirst();
    for (OptionSpec other : command.options()) {
      if (other.required() && other != tested) {
        line.addAll(List.of(other.longestName(), good(other)));
      }
      String folder = other.defaultValue();
      if (folder != null && folder.startsWith("docs/") && other != tested) {
        // The default is meant from the root of the sources, where tests need not run.
        line.addAll(List.of(other.longestName(), Repository.root().resolve(folder).toString()));
      }
    }
    line.addAll(List.of(words));
    line.add(UNKNOWN);
    return line.toArray(String[]::new);
  }

  private static String good(OptionSpec option) {
    Class<?> kind = option.converters()[0].getClass();
    return kind == Texts.Choices.class
        ? "fifo"
        : OptionValue.class.isAssignableFrom(kind) && kind.getName().contains("Numbers")
            ? "2"
            : "x.tar.gz";
  }

  private static String oneLine(String[] line) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String words = Arrays.toString(line);
    assertThat(jccl.execute(line)).as("%s%n%s", words, err).isEqualTo(2);
    assertThat(err.toString())
        .as(words)
        .hasLineCount(1)
        .startsWith("jccl")
        .doesNotContain("java.", "Exception", "null", "picocli", "\u001B", "\0");
    assertThat(err.toString().length()).as(words).isLessThan(6_000);
    assertThat(out.toString()).as(words).isEmpty();
    return err.toString();
  }

  /** All commands with options of jccl's own: what follows {@code jmh} is JMH's. */
  private static List<CommandSpec> commands() {
    List<CommandSpec> all = new ArrayList<>();
    collect(Main.commandLine(), all);
    return all;
  }

  private static void collect(CommandLine command, List<CommandSpec> all) {
    all.add(command.getCommandSpec());
    command.getSubcommands().values().forEach(each -> collect(each, all));
  }
}
