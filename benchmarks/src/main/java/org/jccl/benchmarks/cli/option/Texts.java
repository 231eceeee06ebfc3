package org.jccl.benchmarks.cli.option;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jccl.MisuseKind;
import org.jccl.benchmarks.bench.ByteSize;
import org.jccl.conformance.book.Rule;
import org.jccl.conformance.book.RuleBook;
import org.jccl.conformance.misuse.MisuseCases;
import org.jccl.conformance.planted.PlantedBugs;
import org.jccl.fidelity.golden.RecordRun;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.Simulator;
import org.jccl.sim.explore.ChoiceStream;
import org.jccl.sim.explore.Strategy;
import org.jccl.sim.faults.FaultPlan;
import picocli.CommandLine.TypeConversionException;

/** Values with a grammar of their own. */
public final class Texts {
  private Texts() {}

  /** A size in bytes. */
  public static final class Size extends OptionValue<Long> {
    @Override
    protected Long parse(String text) {
      return ByteSize.parse(text);
    }

    @Override
    protected String allowed() {
      return "write bytes like 8, 1K, 4MiB or 1G";
    }
  }

  /** A size of at least one byte. */
  public static final class SomeBytes extends OptionValue<Long> {
    @Override
    protected Long parse(String text) {
      long bytes = ByteSize.parse(text);
      if (bytes < 1) {
        throw refused("'" + text + "' is less than a byte");
      }
      return bytes;
    }

    @Override
    protected String allowed() {
      return "give at least 1 byte, like 8, 1K, 4MiB or 1G";
    }
  }

  /** A range of seeds. */
  public static final class Seeds extends OptionValue<SeedRange> {
    @Override
    protected SeedRange parse(String text) {
      return SeedRange.parse(text);
    }

    @Override
    protected String allowed() {
      return "write A..B, A not above B, as in 1..100";
    }
  }

  /** A strategy of a search. */
  public static final class StrategyName extends OptionValue<Strategy> {
    @Override
    protected Strategy parse(String text) {
      return Strategy.parse(text);
    }

    @Override
    protected String allowed() {
      return "use exhaustive, fifo, random, pct(3), pos, delays(2) or brute-force";
    }
  }

  /** The choices of a schedule. */
  public static final class Choices extends OptionValue<ChoiceStream> {
    @Override
    protected ChoiceStream parse(String text) {
      return ChoiceStream.parse(text);
    }

    @Override
    protected String allowed() {
      return "write them as explore tells them, as in 1.0x14.2";
    }
  }

  /** Faults that strike together. */
  public static final class Faults extends OptionValue<FaultPlan> {
    @Override
    protected FaultPlan parse(String text) {
      FaultPlan plan = FaultPlan.parse(text);
      if (plan.isEmpty()) {
        throw refused("'" + text + "' names no fault");
      }
      return plan;
    }

    @Override
    protected String allowed() {
      return "write faults as 'rank 1 at call 3: exit; rank 0 at all_reduce 2: slow 5ms'";
    }
  }

  /** A version of NCCL that the simulator imitates. */
  public static final class Version extends OptionValue<Integer> {
    @Override
    protected Integer parse(String text) {
      for (int code = Simulator.OLDEST_VERSION; code <= Simulator.NEWEST_VERSION; code++) {
        if (NcclFunction.text(code).equals(text.strip())) {
          return code;
        }
      }
      throw refused("the simulator imitates no version '" + text + "'");
    }

    @Override
    protected String allowed() {
      return "give "
          + NcclFunction.text(Simulator.OLDEST_VERSION)
          + " to "
          + NcclFunction.text(Simulator.NEWEST_VERSION);
    }
  }

  /** Rules of the book. */
  public static final class Rules extends OptionValue<String> {
    @Override
    protected String parse(String text) {
      if (RuleBook.load().selected(text.strip()).isEmpty()) {
        throw refused("no rule or chapter is called '" + text + "'");
      }
      return text.strip();
    }

    @Override
    protected String allowed() {
      return "use an id such as COL-04, a prefix such as COL, or a chapter's number";
    }
  }

  /** A folder of recordings, a rule of the book, or a kind of report. */
  public static final class ToExplain extends OptionValue<String> {
    @Override
    protected String parse(String text) {
      if (rules(text).isEmpty() && !Files.isDirectory(Path.of(text))) {
        throw refused("'" + text + "' is no folder, no rule and no kind of report");
      }
      return text;
    }

    @Override
    protected String allowed() {
      return "name a folder of recordings, a rule such as SIM-28, or a kind such as DEADLOCK";
    }

    /** The rules that a word means: by their id, or by the kind of report that they are about. */
    public static List<Rule> rules(String word) {
      String name = word.strip().toUpperCase(Locale.ROOT);
      boolean isKind = Stream.of(MisuseKind.values()).anyMatch(kind -> kind.name().equals(name));
      return RuleBook.load().rules().stream()
          .filter(
              rule -> rule.id().equals(name) || (isKind && rule.text().contains("`" + name + "`")))
          .toList();
    }
  }

  /** Rows of the chapter on misuse. */
  public static final class MisuseRow extends OptionValue<String> {
    @Override
    protected String parse(String text) {
      String id = text.strip().toUpperCase(Locale.ROOT);
      try {
        MisuseCases.byId(id);
      } catch (IllegalArgumentException unknown) {
        throw refused("no misuse is called '" + text + "'");
      }
      return id;
    }

    @Override
    protected String allowed() {
      return "use an id of chapter 11, "
          + MisuseCases.all().getFirst().id()
          + " to "
          + MisuseCases.all().getLast().id();
    }
  }

  /** Planted bugs. */
  public static final class Planted extends OptionValue<String> {
    @Override
    protected String parse(String text) {
      if (PlantedBugs.of(text).isEmpty()) {
        throw refused("no planted bug is called '" + text + "'");
      }
      return text;
    }

    @Override
    protected String allowed() {
      return "give a part of a bug's name, its source, as in #1013, or 'depth 4'";
    }
  }

  /** Names of phases of a recording. */
  public static final class Phases extends OptionValue<String> {
    @Override
    protected String parse(String text) {
      RecordRun.requirePhases(text);
      return text;
    }

    @Override
    protected String allowed() {
      return "give a regular expression that fits the name of a phase";
    }
  }

  /** A line of text for people. */
  public static final class Title extends OptionValue<String> {
    private static final int MOST = 200;

    @Override
    protected String parse(String text) {
      if (text.length() > MOST || text.chars().anyMatch(Character::isISOControl)) {
        throw refused("'" + text + "' is no title");
      }
      return text;
    }

    @Override
    protected String allowed() {
      return "give one line of at most " + MOST + " characters";
    }
  }

  /** A class path. */
  public static final class ClassPath extends OptionValue<String> {
    @Override
    protected String parse(String text) {
      for (String entry : text.split(File.pathSeparator)) {
        if (entry.indexOf('\0') >= 0) {
          throw refused("'" + entry + "' is no path");
        }
        File file = new File(entry);
        if (file.exists()
            && !file.isFile()
            && !file.isDirectory()) { // Reading a pipe may never end.
          throw refused("'" + entry + "' is neither a folder nor a jar");
        }
      }
      return text;
    }

    @Override
    protected String allowed() {
      return "give folders and jars, separated as for java";
    }
  }

  /** A host. */
  public static final class Host extends OptionValue<String> {
    @Override
    protected String parse(String text) {
      if (!text.matches("[A-Za-z0-9:][A-Za-z0-9._:%-]{0,252}")) {
        throw refused("'" + text + "' is no name of a host");
      }
      return text;
    }

    @Override
    protected String allowed() {
      return "give a name or an address, as in node1 or 10.0.0.1";
    }
  }

  /** The name of a class. */
  public static final class ClassName extends OptionValue<String> {
    @Override
    protected String parse(String text) {
      for (String part : text.split("[.]", -1)) {
        if (part.isEmpty()
            || !Character.isJavaIdentifierStart(part.charAt(0))
            || !part.chars().allMatch(Character::isJavaIdentifierPart)) {
          throw new TypeConversionException("'" + text + "' is no name of a class: " + allowed());
        }
      }
      return text;
    }

    @Override
    protected String allowed() {
      return "give it with its package, as in org.example.Training";
    }
  }
}
