package org.jccl.fidelity.differential;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Worlds;

/**
 * Runs a range of seeds on a subject and on the simulator, program by program, on communicators
 * that are kept. Every result is written down at once, and seeds that were done before are skipped,
 * so that a long range can be run in pieces.
 */
public final class DifferentialRun {
  /** All programs agreed. */
  public static final int AGREE = 0;

  /** A program differed. */
  public static final int DIFFER = 1;

  private static final int SHRINKING_ATTEMPTS = 300;
  private static final int PROGRESS_EVERY = 100;

  /**
   * What is run.
   *
   * @param ranks size of the world
   * @param from first seed
   * @param count number of seeds
   * @param lifecycle programs of communicators' lives instead of whole programs
   */
  public record Range(int ranks, long from, int count, boolean lifecycle) {}

  private final Subject subject;
  private final Range range;
  private final ResultFile file;
  private final PrintStream out;
  private final Capabilities capabilities;

  /** Results go to {@code folder}, words to {@code out}. */
  public DifferentialRun(Subject subject, Range range, Path folder, PrintStream out)
      throws IOException {
    this.subject = subject;
    this.range = range;
    String kind = range.lifecycle() ? "lifecycle-" : "differential-";
    String name = kind + subject.name() + "-" + range.ranks() + ".tsv";
    this.file = ResultFile.open(folder.resolve(name));
    this.out = out;
    this.capabilities = legalOnNccl(subject.capabilities());
  }

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
        true);
  }

  /**
   * Runs the range.
   *
   * @return {@link #AGREE} or {@link #DIFFER}
   */
  public int run() {
    int[] code = new int[1];
    JqwikSession.run(() -> code[0] = runInSession());
    return code[0];
  }

  private int runInSession() throws IOException {
    Worlds worlds = new Worlds(subject);
    Worlds reference = new Worlds(new SimulatorSubject());
    boolean differed = false;
    try {
      long began = System.nanoTime();
      int done = 0;
      int skipped = 0;
      for (long seed = range.from(); seed < range.from() + range.count(); seed++) {
        if (file.holds(seed)) {
          skipped++;
          continue;
        }
        boolean agrees =
            range.lifecycle()
                ? runLifecycle(seed, worlds, reference)
                : runProgram(seed, worlds, reference);
        done++;
        if (!agrees) {
          differed = true;
          break;
        }
        if (done % PROGRESS_EVERY == 0) {
          tell(done, skipped, began);
        }
      }
      tell(done, skipped, began);
      out.println(file.totals());
    } finally {
      close(worlds, differed);
      close(reference, differed);
    }
    return differed || file.hasDifferences() ? DIFFER : AGREE;
  }

  private static void close(Worlds worlds, boolean differed) {
    if (differed) {
      worlds.discard(); // closing in order could hang as the program did
    } else {
      worlds.close();
    }
  }

  private boolean runProgram(long seed, Worlds worlds, Worlds reference) throws IOException {
    Comparison comparison = new Comparison(worlds, reference);
    Shrinkable<WholeProgram> shrinkable =
        new ProgramGenerator(capabilities).shrinkable(seed, range.ranks());
    WholeProgram program = shrinkable.value();
    int communicators = program.usedCommunicators().size();
    int calls = Math.toIntExact(program.acts().count());
    Comparison.Result result = comparison.of(program);
    note(seed, communicators, calls, result);
    return tellDifference(seed, result, shrinkable, comparison::of, Reproducer::of);
  }

  private boolean runLifecycle(long seed, Worlds worlds, Worlds reference) throws IOException {
    Comparison comparison = new Comparison(worlds, reference);
    Shrinkable<LifecycleProgram> shrinkable = ProgramGenerator.life(seed, range.ranks());
    LifecycleProgram program = shrinkable.value();
    Comparison.Result result = comparison.of(program);
    note(seed, program.communicators(), program.deeds().size(), result);
    return tellDifference(seed, result, shrinkable, comparison::of, LifecycleReproducer::of);
  }

  private void note(long seed, int communicators, int calls, Comparison.Result result)
      throws IOException {
    boolean agrees = result.difference().isEmpty();
    file.add(new ResultFile.Line(seed, range.ranks(), communicators, calls, result.hash(), agrees));
  }

  /** Whether the two agree; if not, the smallest program that shows it is printed. */
  private <T> boolean tellDifference(
      long seed,
      Comparison.Result result,
      Shrinkable<T> shrinkable,
      Function<T, Comparison.Result> compared,
      Function<T, String> reproducer) {
    if (result.difference().isEmpty()) {
      return true;
    }
    out.println("seed " + seed + " differs: " + result.difference().get());
    T small = shrinkable.value();
    // A subject that hung, and cannot be made anew, is not asked again.
    if (result.hash() != 0 || subject.capabilities().disposable()) {
      Predicate<T> differs = each -> compared.apply(each).difference().isPresent();
      small = new Shrinking<>(differs, SHRINKING_ATTEMPTS).smallest(shrinkable);
      Optional<String> words = compared.apply(small).difference();
      out.println("smallest program found: " + words.orElse("it agrees when run again"));
    }
    out.println(small);
    out.println(reproducer.apply(small));
    return false;
  }

  private void tell(int done, int skipped, long began) {
    double seconds = Math.max(1e-9, (System.nanoTime() - began) / 1e9);
    out.printf(
        "%s on %d ranks: %d programs in %.1f s, %.1f a second%s%n",
        subject.name(),
        range.ranks(),
        done,
        seconds,
        done / seconds,
        skipped == 0 ? "" : ", " + skipped + " were done before");
  }
}
