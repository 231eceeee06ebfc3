package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The text of a JUnit class that runs one schedule of a program again and fails with its report.
 *
 * @param program the name of the program's class, which has a constructor without arguments
 * @param args what ranks are given as arguments
 * @param ranks number of ranks
 * @param varies what was varied
 * @param strict whether the world is strict where that was not varied
 * @param ncclVersion the version of NCCL that is imitated, 0 for the simulator's default
 * @param run the schedule
 */
public record ReplayClass(
    String program,
    List<String> args,
    int ranks,
    List<Variation> varies,
    boolean strict,
    int ncclVersion,
    ExploredRun run) {
  /** {@return the name of the class, without a package} */
  public String name() {
    return simpleName() + "ReplayTest";
  }

  private String simpleName() {
    return program.substring(Math.max(program.lastIndexOf('.'), program.lastIndexOf('$')) + 1);
  }

  private String packageName() {
    int dot = program.lastIndexOf('.');
    return dot < 0 ? "" : program.substring(0, dot);
  }

  /** {@return the source, at most 40 lines} */
  public String source() {
    List<String> lines = new ArrayList<>();
    if (!packageName().isEmpty()) {
      lines.add("package " + packageName() + ";");
      lines.add("");
    }
    if (!args.isEmpty()) {
      lines.add("import java.util.List;");
    }
    lines.add("import java.util.Set;");
    lines.add("import org.jccl.CheckLevel;");
    lines.add("import org.jccl.sim.Simulator;");
    lines.add("import org.jccl.sim.explore.ChoiceStream;");
    lines.add("import org.jccl.sim.explore.Explorer;");
    if (!varies.isEmpty()) {
      lines.add("import org.jccl.sim.explore.Variation;");
    }
    lines.add("import org.junit.jupiter.api.Test;");
    lines.add("");
    lines.add("/** One schedule of " + simpleName() + ": " + comment(run.verdict()) + ". */");
    lines.add("class " + name() + " {");
    lines.add("  @Test");
    lines.add("  void failsInThisSchedule() {");
    lines.add("    Explorer.ofPrograms(" + program.replace('$', '.') + "::new)");
    lines.add("        .ranks(" + ranks + ")");
    if (!args.isEmpty()) {
      lines.add("        .args(List.of(" + literals(args) + "))");
    }
    lines.add("        .varies(Set.of(" + variations() + "))");
    lines.add("        .world(() -> Simulator.builder().checks(CheckLevel.FULL)" + world() + ")");
    lines.add("        .replay(ChoiceStream.parse(\"" + run.choices() + "\"))");
    lines.add("        .throwIfFailed();");
    lines.add("  }");
    lines.add("}");
    return String.join("\n", lines) + "\n";
  }

  private String world() {
    return ".strict(" + strict + (ncclVersion == 0 ? ")" : ").ncclVersion(" + ncclVersion + ")");
  }

  private static String comment(String words) {
    return words.replace("*/", "* /").replace("\\", "/").toLowerCase(Locale.ROOT);
  }

  /**
   * {@return words as literals of Java, with commas between them}
   *
   * @param words any words
   */
  public static String literals(List<String> words) {
    return words.stream().map(ReplayClass::literal).collect(Collectors.joining(", "));
  }

  private static String literal(String text) {
    StringBuilder literal = new StringBuilder("\"");
    for (char each : text.toCharArray()) {
      switch (each) {
        case '"', '\\' -> literal.append('\\').append(each);
        default -> {
          if (each < ' ') {
            // As a Unicode escape it would be itself in the source.
            literal.append("\\%03o".formatted((int) each));
          } else if (each > '~') {
            literal.append("\\u%04x".formatted((int) each));
          } else {
            literal.append(each);
          }
        }
      }
    }
    return literal.append('"').toString();
  }

  private String variations() {
    return varies.stream()
        .map(each -> "Variation." + each.name())
        .collect(Collectors.joining(", "));
  }
}
