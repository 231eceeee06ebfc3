package org.jccl.fidelity.floats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Shrinkable;
import org.jccl.config.Tuning;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.engine.ComparisonResult;
import org.jccl.conformance.engine.Outcome;
import org.jccl.conformance.engine.Runner.Failures;
import org.jccl.conformance.engine.SubjectComparison;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.RuleViolation;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.harness.Worlds;
import org.jccl.fidelity.seeds.SeedFamily;
import org.jccl.fidelity.seeds.SeedRun;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.GpuProfile;

/** Runs reductions of arbitrary numbers by seed on a subject and on the simulator. */
public final class FloatRun {
  private static final int MOST_DIFFERENCES = 5;
  private static final String REFERENCE = "the simulator";

  /**
   * What is run.
   *
   * @param backend {@code nccl}, {@code loopback} or {@code sim}
   * @param ranks size of the world
   * @param from first seed
   * @param count number of seeds
   * @param profile the machine that the simulator imitates
   * @param environment variables of NCCL's that the process was started with
   */
  public record FloatConfig(
      String backend,
      int ranks,
      long from,
      int count,
      GpuProfile profile,
      Map<String, String> environment) {
    /** Keeps NCCL's own variables that can change results. */
    public FloatConfig {
      environment = Map.copyOf(relevant(environment));
    }

    private static Map<String, String> relevant(Map<String, String> all) {
      Map<String, String> relevant = new TreeMap<>(all);
      relevant
          .keySet()
          .removeIf(name -> !name.startsWith("NCCL_") || name.startsWith("NCCL_DEBUG"));
      return relevant;
    }
  }

  private FloatRun() {}

  /**
   * Runs what is configured.
   *
   * @return {@link SeedRun#AGREE} or {@link SeedRun#DIFFER}
   * @throws IllegalArgumentException if there is no such backend, it has too few ranks, or the
   *     table is about something else
   * @throws org.jccl.BackendUnavailableException if it cannot be opened here
   * @throws IOException if the results cannot be written
   */
  public static int run(FloatConfig config, Path folder, RunScreen out) throws IOException {
    Subject subject = subject(config);
    Capabilities capabilities = subject.capabilities();
    if (config.ranks() < 1 || config.ranks() > capabilities.maxRanks()) {
      throw new IllegalArgumentException(
          "--ranks: %d ranks cannot run on %s: give 1 to %d"
              .formatted(config.ranks(), config.backend(), capabilities.maxRanks()));
    }
    int version =
        Math.clamp(capabilities.version(), Simulator.OLDEST_VERSION, Simulator.NEWEST_VERSION);
    Subject reference = machine(REFERENCE, version, config);
    return run(subject, reference, config, folder, out);
  }

  private static SimulatorSubject machine(String name, int version, FloatConfig config) {
    return SimulatorSubject.machine(
        name, version, config.environment(), config.profile(), Capabilities.MOST_RANKS);
  }

  private static Subject subject(FloatConfig config) {
    String name = config.backend();
    if (name.equals("sim")) { // the same machine; ranks as threads, as on GPUs
      return machine(name, Simulator.DEFAULT_VERSION, config).onFreeThreads();
    }
    Subject named = Subjects.named(name);
    return config.environment().isEmpty() || name.equals("nccl")
        ? named
        : named.with(config.environment()).orElse(named);
  }

  /** Compares any two subjects; results go to {@code folder}, words to {@code out}. */
  static int run(Subject subject, Subject reference, FloatConfig config, Path folder, RunScreen out)
      throws IOException {
    if (subject.name().equals("nccl")
        && !"0".equals(config.environment().get("NCCL_NVLS_ENABLE"))) {
      out.println(
          "NCCL_NVLS_ENABLE is not 0: sums of the switch's multicast have no order (DET-05)");
    }
    String version = NcclFunction.text(subject.capabilities().version());
    String about =
        "NCCL %s, %s, variables %s"
                .formatted(version, config.profile().name(), new TreeMap<>(config.environment()))
            + (SeedRun.tuning().isEmpty() ? "" : ", " + SeedRun.tuning());
    SeedRun.Range range =
        new SeedRun.Range(
            config.ranks(),
            config.from(),
            config.count(),
            "floats-" + config.backend() + "-" + config.ranks(),
            about,
            MOST_DIFFERENCES);
    Worlds worlds = new Worlds(subject);
    Worlds simulated = new Worlds(reference);
    Floats floats = new Floats(subject, worlds, simulated, config.ranks());
    return new SeedRun<>(worlds, simulated, range, floats, folder, out).run();
  }

  private static final class Floats implements SeedFamily<Program> {
    private final FloatCases cases;
    private final Worlds simulated;
    private final SubjectComparison comparison;
    private String choices = "";

    Floats(Subject subject, Worlds worlds, Worlds simulated, int ranks) {
      this.cases = new FloatCases(ranks, subject.capabilities(), Tuning.ofProcess().usesKernels());
      this.simulated = simulated;
      this.comparison = new SubjectComparison(worlds, simulated, Failures.THROWN);
    }

    @Override
    public Shrinkable<Program> of(long seed) {
      return new SmallerFloats(cases.of(seed));
    }

    @Override
    public Outcome judge(Program program) {
      try {
        choices = FloatChoice.of(simulated, program);
      } catch (RuleViolation failure) {
        return Outcome.failed(simulated, failure);
      }
      return choices.contains(FloatChoice.NOTHING)
          ? new Outcome(ComparisonResult.NOT_RUN, 0, "")
          : comparison.of(program);
    }

    @Override
    public List<String> columns() {
      return List.of("ranks", "communicator", "calls", "elements", "observed", "chosen");
    }

    @Override
    public List<String> cells(Program program, Outcome outcome) {
      long elements = program.calls().stream().mapToLong(each -> each.call().count()).sum();
      return List.of(
          Integer.toString(program.ranks()),
          Integer.toString(program.calls().getFirst().communicator()),
          Integer.toString(program.calls().size()),
          Long.toString(elements),
          Long.toHexString(outcome.hash()),
          choices);
    }

    @Override
    public String remark(Program program, boolean smallest) {
      String each = program.calls().size() > 1 ? " for each call alone" : "";
      String choice = FloatChoice.of(simulated, program);
      return "the simulator's choice" + each + ": " + choice + "\n";
    }
  }
}
