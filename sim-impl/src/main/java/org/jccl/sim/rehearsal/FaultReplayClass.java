package org.jccl.sim.rehearsal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.sim.explore.ReplayClass;
import org.jccl.sim.explore.TestedProgram;

/**
 * The text of a JUnit class that lets the same faults strike a program again, and fails unless the
 * program recovers from them.
 *
 * @param program the program
 * @param ranks number of ranks
 * @param ncclVersion the version of NCCL that is imitated, 0 for the simulator's default
 * @param outcome what came of the faults
 */
public record FaultReplayClass(
    TestedProgram program, int ranks, int ncclVersion, FaultOutcome outcome) {
  private static final Pattern SEED = Pattern.compile("seed (\\d+)");

  /** {@return the name of the class, without a package} */
  public String name() {
    return program.simpleName() + "FaultTest";
  }

  /** {@return the source, at most 40 lines} */
  public String source() {
    List<String> lines = new ArrayList<>();
    if (!program.packageName().isEmpty()) {
      lines.add("package " + program.packageName() + ";");
      lines.add("");
    }
    lines.add("import java.util.List;");
    lines.add("import org.jccl.sim.faults.FaultPlan;");
    for (Class<?> type : List.of(FaultClass.class, FaultOutcome.class, Rehearsal.class)) {
      lines.add("import " + type.getName() + ";");
    }
    lines.add("import org.junit.jupiter.api.Test;");
    lines.add("");
    lines.add("/** A fault that the program did not recover from: " + result() + ". */");
    lines.add("class " + name() + " {");
    lines.add("  @Test");
    lines.add("  void recovers() {");
    lines.add("    FaultPlan plan = FaultPlan.parse(" + literals(outcome.plan().toString()) + ");");
    lines.add("    FaultOutcome outcome =");
    lines.add(
        "        Rehearsal.of("
            + ranks
            + ", List.of("
            + ReplayClass.literals(program.args())
            + "), ");
    lines.add("                " + program.maker(lines) + ")");
    if (ncclVersion != 0) {
      lines.add("            .in(world -> world.ncclVersion(" + ncclVersion + "))");
    }
    lines.add("            .seeds(List.of(" + seed() + "))");
    lines.add("            .runAll(plan)");
    lines.add("            .getLast();");
    lines.add("    if (outcome.result() != FaultClass.RECOVERED) {");
    lines.add(
        "      throw new AssertionError(outcome.toString(), outcome.failure().orElse(null));");
    lines.add("    }");
    lines.add("  }");
    lines.add("}");
    return String.join("\n", lines).replace(", \n", ",\n") + "\n";
  }

  private String result() {
    return outcome.result().label();
  }

  private static String literals(String one) {
    return ReplayClass.literals(List.of(one));
  }

  /** The seed of its schedule as a literal; nothing for first in, first out. */
  private String seed() {
    Matcher seed = SEED.matcher(outcome.schedule());
    return seed.find() ? seed.group(1) + "L" : "";
  }
}
