package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The text of a JUnit class that runs one schedule of a program again and fails with its report.
 *
 * @param program the program
 * @param ranks number of ranks
 * @param varies what was varied
 * @param sharesState whether the ranks share fields of the program
 * @param strict whether the world is strict where that was not varied
 * @param ncclVersion the version of NCCL that is imitated, 0 for the simulator's default
 * @param run the schedule
 */
public record ReplayClass(
    TestedProgram program,
    int ranks,
    List<Variation> varies,
    boolean sharesState,
    boolean strict,
    int ncclVersion,
    ExploredRun run) {
  /** {@return the name of the class, without a package} */
  public String name() {
    return program.simpleName() + "ReplayTest";
  }

  /** {@return the source, at most 40 lines} */
  public String source() {
    List<String> lines = new ArrayList<>();
    if (!program.packageName().isEmpty()) {
      lines.add("package " + program.packageName() + ";");
      lines.add("");
    }
    if (!program.args().isEmpty()) {
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
    lines.add(
        "/** One schedule of " + program.simpleName() + ": " + comment(run.verdict()) + ". */");
    lines.add("class " + name() + " {");
    lines.add("  @Test");
    lines.add("  void failsInThisSchedule() {");
    lines.add("    Explorer.ofPrograms(" + program.maker(lines) + ")");
    lines.add("        .ranks(" + ranks + ")");
    if (!program.args().isEmpty()) {
      lines.add("        .args(List.of(" + literals(program.args()) + "))");
    }
    if (sharesState) {
      lines.add("        .sharesState(true)");
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
