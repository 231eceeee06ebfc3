package org.jccl.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.MisuseKind;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReportedMisuse;
import org.jccl.sim.Simulator;
import org.jccl.sim.SimulatorValidator;

/** Runs wrong programs and their legal neighbours. */
final class Lab {
  private final UnaryOperator<Simulator.Builder> setting;

  private Lab(UnaryOperator<Simulator.Builder> setting) {
    this.setting = setting;
  }

  static final Lab PLAIN = new Lab(builder -> builder);
  static final Lab FULL = new Lab(builder -> builder.checks(CheckLevel.FULL));
  static final Lab STRICT = new Lab(builder -> builder.strict(true));

  /** The simulator of {@code setting}. */
  static Lab with(UnaryOperator<Simulator.Builder> setting) {
    return new Lab(setting);
  }

  /** With NCCL's variables, pairs of name and value. */
  static Lab under(String... variables) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      all.put(variables[i], variables[i + 1]);
    }
    return new Lab(builder -> builder.environment(all));
  }

  static Lab seeded(long seed) {
    return new Lab(builder -> builder.checks(CheckLevel.FULL).seed(seed));
  }

  /** All reports of a run, whatever it ended with. */
  List<ReportedMisuse> findings(int ranks, RankProgram program) {
    return findings(ranks, ranks, program);
  }

  List<ReportedMisuse> findings(int ranks, int devices, RankProgram program) {
    Simulator.Builder builder = Simulator.builder().devices(devices).warnings(line -> {});
    try (Simulator simulator = setting.apply(builder).build()) {
      SimulatorValidator.judged(simulator);
      try {
        Ranks.run(simulator.backend(), ranks, program);
        assertThat(simulator.findings()).allMatch(each -> !isError(each));
      } catch (CollectiveException | RanksFailedException failure) {
        assertThat(failure)
            .as("a failure without a report")
            .satisfies(any -> assertThat(simulator.findings()).isNotEmpty());
      }
      return simulator.findings();
    }
  }

  private boolean isError(ReportedMisuse found) {
    return found.kind().severity() == MisuseKind.Severity.ERROR
        || (this == STRICT && found.kind().severity() == MisuseKind.Severity.STRICT);
  }

  /** The one kind of report that a wrong program gets. */
  ReportedMisuse finds(MisuseKind kind, int ranks, RankProgram program) {
    return finds(kind, ranks, ranks, program);
  }

  ReportedMisuse finds(MisuseKind kind, int ranks, int devices, RankProgram program) {
    List<ReportedMisuse> found = findings(ranks, devices, program);
    assertThat(found).isNotEmpty();
    assertThat(found.getFirst().kind()).as(found.getFirst().getMessage()).isEqualTo(kind);
    return found.getFirst();
  }

  /** A legal program: no report at all, no failure. */
  void accepts(int ranks, RankProgram program) {
    accepts(ranks, ranks, program);
  }

  void accepts(int ranks, int devices, RankProgram program) {
    List<String> warnings = new ArrayList<>();
    Simulator.Builder builder = Simulator.builder().devices(devices).warnings(warnings::add);
    try (Simulator simulator = setting.apply(builder).build()) {
      Ranks.run(simulator.backend(), ranks, program);
      assertThat(simulator.findings()).isEmpty();
    }
  }

  static DeviceBuffer ints(Rank rank, int count) {
    DeviceBuffer buffer = rank.device().allocate(DataType.INT32, count);
    buffer.copyFrom(new int[count]);
    return buffer;
  }
}
