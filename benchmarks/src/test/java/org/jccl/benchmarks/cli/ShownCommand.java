package org.jccl.benchmarks.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jccl.benchmarks.cli.option.OptionValue;
import org.jccl.benchmarks.cli.option.Paths;
import org.jccl.benchmarks.cli.option.ProfileOption;
import org.jccl.benchmarks.cli.option.Texts;
import org.jccl.benchmarks.cli.option.Words;
import org.jccl.benchmarks.house.Repository;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** A command line of a page: would it be taken, each of its values included? */
final class ShownCommand {
  /** Stands for words that are left out. */
  private static final String GAP = "…";

  private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z.]+");

  private ShownCommand() {}

  /**
   * Why it would be refused as it stands; empty if it would not. Placeholders and the reader's own
   * files stand for good ones. Of a command that is only {@code mentioned}, what it requires may be
   * missing.
   */
  static String refusalOf(List<String> words, boolean mentioned) {
    if (!words.getFirst().matches("[a-z]+")) {
      return "";
    }
    String[] line = Main.named(words.stream().map(ShownCommand::bare).toArray(String[]::new));
    if (Main.commandLine().getSubcommands().get(line[0]) == null) {
      return ""; // The launcher's own.
    }
    boolean open = mentioned || words.contains(GAP);
    List<String> tried = new ArrayList<>(List.of(line));
    tried.removeIf(GAP::equals);
    for (int i = 0; i < 20; i++) {
      try {
        Main.commandLine().parseArgs(tried.toArray(String[]::new));
        return "";
      } catch (CommandLine.MissingParameterException missing) {
        return open ? "" : String.valueOf(missing.getMessage());
      } catch (ParameterException refused) {
        String value = refused.getValue();
        ArgSpec option = refused.getArgSpec();
        if (value == null || option == null || !isTheReaders(option, value)) {
          return String.valueOf(refused.getMessage());
        }
        if (option instanceof OptionSpec named && isDefault(tried, value)) { // of another folder
          tried.add(named.longestName() + "=" + good(option));
        } else if (kind(option) == ProfileOption.class) {
          tried.set(tried.indexOf("--profile") + 1, good(option));
        } else {
          tried.replaceAll(word -> replaced(word, value, good(option)));
        }
      }
    }
    return "it is refused again and again: " + tried;
  }

  /** Whether nobody has said that value. */
  private static boolean isDefault(List<String> words, String value) {
    return words.stream().noneMatch(word -> word.contains(value));
  }

  /** Without quotes; of alternatives the first; files that a page made before are there. */
  private static String bare(String word) {
    String bare =
        word.replaceFirst("^(['\"])(.*)\\1$", "$2")
            .replaceFirst("^([a-z]+)\\\\?\\|[a-z|\\\\]+$", "$1");
    return bare.matches("[\\w./-]+\\.json(\\.gz)?")
        ? Repository.root().resolve("LICENSE").toString()
        : bare;
  }

  private static String replaced(String word, String value, String good) {
    return Arrays.stream(word.split(OptionValue.LIST, -1))
        .map(each -> each.equals(value) ? good : each)
        .collect(Collectors.joining(","));
  }

  /** A placeholder, a file or folder that the reader has, a backend that a page has made. */
  private static boolean isTheReaders(ArgSpec option, String value) {
    Class<?> kind = kind(option);
    return PLACEHOLDER.matcher(value).matches()
        || kind.getEnclosingClass() == Paths.class
        || kind == Texts.ToExplain.class
        || kind == ProfileOption.class
        || (kind == Words.SubjectName.class && value.equals("mine"));
  }

  private static Class<?> kind(ArgSpec option) {
    return option.converters()[0].getClass();
  }

  private static String good(ArgSpec option) {
    Class<?> kind = kind(option);
    Path root = Repository.root();
    if (kind == Paths.FileToRead.class || kind == Paths.FileToWrite.class) {
      return root.resolve("LICENSE").toString();
    }
    if (kind == Paths.Recordings.class) {
      return Paths.Recordings.COMMITTED;
    }
    if (kind.getEnclosingClass() == Paths.class || kind == Texts.ToExplain.class) {
      return root.resolve("docs").toString();
    }
    if (kind == ProfileOption.class) {
      return "h200-nvswitch";
    }
    if (kind.getEnclosingClass() == Words.class) {
      return "sim";
    }
    return kind == Texts.Seeds.class
        ? "1..2"
        : kind == Texts.Version.class ? "2.28.9" : kind == Texts.Choices.class ? "fifo" : "2";
  }
}
