package org.jccl.fidelity.differential;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Shrinkable;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.engine.Outcome;
import org.jccl.conformance.engine.Runner.Failures;
import org.jccl.conformance.engine.SubjectComparison;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.harness.Worlds;
import org.jccl.fidelity.seeds.SeedFamily;
import org.jccl.fidelity.seeds.SeedRun;

/** Runs whole programs, or those of communicators' lives, by seed on a subject. */
public final class DifferentialRun {
  private static final List<String> COLUMNS =
      List.of("ranks", "communicators", "calls", "observed");

  /**
   * What is run.
   *
   * @param ranks size of the world
   * @param from first seed
   * @param count number of seeds
   * @param lifecycle programs of communicators' lives instead of whole programs
   */
  public record Range(int ranks, long from, int count, boolean lifecycle) {}

  private DifferentialRun() {}

  /**
   * What programs may use, so that a seed means the same program on every subject: they stay clear
   * of the known defects of NCCL 2.28.9 on subjects that do not have them, too.
   */
  public static Capabilities legalOnNccl(Capabilities own) {
    return new Capabilities(
        own.maxRanks(),
        own.types(),
        own.float8Reductions(),
        Math.min(own.version(), SimulatorSubject.seeded(0).version()),
        own.disposable(),
        own.reportsMisuse(),
        own.repeatable(),
        true,
        own.sharesGpus());
  }

  /**
   * Runs a range on the subject called {@code name}, which is what {@code jccl differential} does.
   *
   * @return {@link SeedRun#AGREE} or {@link SeedRun#DIFFER}
   * @throws IllegalArgumentException if there is no such subject, or it has too few ranks
   * @throws org.jccl.BackendUnavailableException if it cannot be opened here
   * @throws IOException if the results cannot be written
   */
  public static int run(String name, Range range, Path folder, RunScreen out) throws IOException {
    Subject subject = Subjects.named(name);
    int most = subject.capabilities().maxRanks();
    if (range.ranks() < 1 || range.ranks() > most) {
      throw new IllegalArgumentException(
          range.ranks() + " ranks cannot run on " + name + ": give 1 to " + most);
    }
    return run(subject, range, folder, out);
  }

  /**
   * Runs a range; results go to {@code folder}, words to {@code out}.
   *
   * @return {@link SeedRun#AGREE} or {@link SeedRun#DIFFER}
   */
  public static int run(Subject subject, Range range, Path folder, RunScreen out)
      throws IOException {
    Worlds worlds = new Worlds(subject);
    Worlds reference = new Worlds(new SimulatorSubject());
    String kind = range.lifecycle() ? "lifecycle-" : "differential-";
    SeedRun.Range seeds =
        new SeedRun.Range(
            range.ranks(),
            range.from(),
            range.count(),
            kind + subject.name() + "-" + range.ranks(),
            SeedRun.tuning(),
            1);
    return range.lifecycle()
        ? new SeedRun<>(
                worlds,
                reference,
                seeds,
                new Lifecycles(range.ranks(), new LifecycleComparison(worlds, reference)),
                folder,
                out)
            .run()
        : new SeedRun<>(
                worlds,
                reference,
                seeds,
                new WholePrograms(
                    range.ranks(),
                    new ProgramGenerator(legalOnNccl(subject.capabilities())),
                    new SubjectComparison(worlds, reference, Failures.NOTED)),
                folder,
                out)
            .run();
  }

  private static List<String> cells(int ranks, int communicators, long calls, Outcome outcome) {
    return List.of(
        Integer.toString(ranks),
        Integer.toString(communicators),
        Long.toString(calls),
        Long.toHexString(outcome.hash()));
  }

  private record WholePrograms(int ranks, ProgramGenerator generator, SubjectComparison comparison)
      implements SeedFamily<Program> {
    @Override
    public Shrinkable<Program> of(long seed) {
      return generator.shrinkable(seed, ranks);
    }

    @Override
    public Outcome judge(Program program) {
      return comparison.of(program);
    }

    @Override
    public List<String> columns() {
      return COLUMNS;
    }

    @Override
    public List<String> cells(Program program, Outcome outcome) {
      int communicators = program.usedCommunicators().size();
      return DifferentialRun.cells(ranks, communicators, program.acts().count(), outcome);
    }

    @Override
    public String remark(Program program, boolean smallest) {
      return smallest ? Reproduction.of(program) : "";
    }
  }

  private record Lifecycles(int ranks, LifecycleComparison comparison)
      implements SeedFamily<LifecycleProgram> {
    @Override
    public Shrinkable<LifecycleProgram> of(long seed) {
      return ProgramGenerator.life(seed, ranks);
    }

    @Override
    public Outcome judge(LifecycleProgram program) {
      return comparison.of(program);
    }

    @Override
    public List<String> columns() {
      return COLUMNS;
    }

    @Override
    public List<String> cells(LifecycleProgram program, Outcome outcome) {
      return DifferentialRun.cells(ranks, program.communicators(), program.deeds().size(), outcome);
    }

    @Override
    public String remark(LifecycleProgram program, boolean smallest) {
      return smallest ? Reproduction.of(program) : "";
    }
  }
}
