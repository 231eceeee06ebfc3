package org.jccl.conformance.differential;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
    Comparison.Result result = comparison.of(program);
    file.add(
        new ResultFile.Line(
            seed,
            range.ranks(),
            program.usedCommunicators().size(),
            Math.toIntExact(program.acts().count()),
            result.hash(),
            result.difference().isEmpty()));
    if (result.difference().isEmpty()) {
      return true;
    }
    out.println("seed " + seed + " differs: " + result.difference().get());
    // A subject that hung, and cannot be made anew, is not asked again.
    boolean again = result.hash() != 0 || subject.capabilities().disposable();
    WholeProgram small =
        again
            ? new Shrinking(each -> comparison.of(each).difference().isPresent(), SHRINKING_ATTEMPTS)
                .smallest(shrinkable)
            : program;
    Optional<String> words = again ? comparison.of(small).difference() : Optional.empty();
    words.ifPresent(difference -> out.println("smallest program found: " + difference));
    out.println(small);
    out.println(Reproducer.of(small));
    return false;
  }

  private boolean runLifecycle(long seed, Worlds worlds, Worlds reference) throws IOException {
    throw new UnsupportedOperationException(List.of(seed, worlds, reference).toString());
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
