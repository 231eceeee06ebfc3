package org.jccl.fidelity.seeds;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;
import org.jccl.CleanText;
import org.jccl.config.Tuning;
import org.jccl.conformance.engine.ComparisonResult;
import org.jccl.conformance.engine.Outcome;
import org.jccl.conformance.harness.RunScreen;
import org.jccl.conformance.harness.Worlds;

/**
 * Runs a range of seeds on a subject and on the simulator, program by program, on communicators
 * that are kept. Every result is written down at once, and seeds that were done before are skipped.
 * What differs shrinks and is printed.
 *
 * @param <P> the kind of program
 */
public final class SeedRun<P> {
  /** All programs agreed, but perhaps for the encoding of f64 NaNs. */
  public static final int AGREE = 0;

  /** A program differed, failed or hung. */
  public static final int DIFFER = 1;

  private static final int SHRINKING_ATTEMPTS = 300;
  private static final Duration SHRINKING_LIMIT = Duration.ofSeconds(30);
  private static final int PROGRESS_EVERY = 250;

  /**
   * Which seeds.
   *
   * @param name of the table, without its ending
   * @param about what results depend on besides the seed, or empty
   * @param mostDifferences after so many it stops
   */
  public record Range(
      int ranks, long from, int count, String name, String about, int mostDifferences) {}

  private final Worlds worlds;
  private final Worlds reference;
  private final Range range;
  private final SeedFamily<P> family;
  private final SeedTable table;
  private final RunScreen out;
  private final boolean disposable;
  private final long began = System.nanoTime();
  private int done;
  private int skipped;
  private int differing;
  private int nans;
  private boolean failed;

  /** What a table is about where the process has a tuning; empty where it has none. */
  public static String tuning() {
    Tuning given = Tuning.ofProcess();
    return given.isOn() || given.usesKernels() ? "tuning " + given : "";
  }

  /** Results go to {@code folder}, words to {@code out}. */
  public SeedRun(
      Worlds worlds,
      Worlds reference,
      Range range,
      SeedFamily<P> family,
      Path folder,
      RunScreen out)
      throws IOException {
    this.worlds = worlds;
    this.reference = reference;
    this.range = range;
    this.family = family;
    this.out = out;
    this.disposable = worlds.subject().capabilities().disposable();
    List<String> head = new ArrayList<>(family.columns());
    head.addFirst("seed");
    head.addLast("result");
    this.table = SeedTable.open(folder.resolve(range.name() + ".tsv"), range.about(), head);
  }

  /**
   * Runs the range and closes the worlds.
   *
   * @return {@link #AGREE} or {@link #DIFFER}
   */
  public int run() throws IOException {
    try {
      JqwikSession.run(this::runAll);
    } finally {
      close(worlds);
      close(reference);
    }
    out.println(table.totals());
    return table.hasDifferences() ? DIFFER : AGREE;
  }

  private void close(Worlds each) {
    if (differing > 0) {
      each.discard(); // closing in order could hang as the program did
    } else {
      each.close();
    }
  }

  private void runAll() throws IOException {
    out.at("starting", 0, range.count());
    boolean goOn = true;
    for (long seed = range.from(); goOn && seed < range.from() + range.count(); seed++) {
      if (table.holds(seed)) {
        skipped++;
        continue;
      }
      Shrinkable<P> shrinkable = family.of(seed);
      P program = shrinkable.value();
      Outcome outcome = family.judge(program);
      table.add(seed, family.cells(program, outcome), outcome.verdict());
      out.at("seed " + seed, seed + 1 - range.from(), range.count());
      if (++done % PROGRESS_EVERY == 0) {
        tell();
      }
      if (outcome.verdict().isBad()) {
        tell(seed, shrinkable, outcome);
        // A subject that cannot be made anew is not asked again after a failure.
        goOn = ++differing < range.mostDifferences() && (!failed || disposable);
      } else if (outcome.verdict() == ComparisonResult.NAN_BITS && nans++ == 0) {
        print(seed, "is the first with NaNs encoded otherwise", program, outcome, false);
      }
    }
    tell();
  }

  /** Prints a difference and the smallest program that shows it. */
  private void tell(long seed, Shrinkable<P> shrinkable, Outcome outcome) {
    print(seed, out.colors().bad("differs"), shrinkable.value(), outcome, false);
    failed |= outcome.verdict() == ComparisonResult.FAILED;
    if (failed && !disposable) {
      return;
    }
    Outcome[] last = {outcome};
    out.at("making seed " + seed + " small", seed + 1 - range.from(), range.count());
    P smallest =
        new Shrinking<P>(
                candidate -> shows(candidate, outcome.verdict(), last),
                SHRINKING_ATTEMPTS,
                SHRINKING_LIMIT)
            .smallest(shrinkable);
    print(seed, "shrinks to", smallest, last[0], true);
  }

  private boolean shows(P candidate, ComparisonResult verdict, Outcome[] last) {
    if (failed && !disposable) {
      return false;
    }
    Outcome own = family.judge(candidate);
    failed |= own.verdict() == ComparisonResult.FAILED;
    boolean same = own.verdict() == verdict;
    last[0] = same ? own : last[0];
    return same;
  }

  private void print(long seed, String what, P program, Outcome outcome, boolean smallest) {
    out.printf(
        "seed %d %s: %s%n%s%n%s%n",
        seed, what, program, outcome.words(), family.remark(program, smallest));
  }

  private void tell() {
    double seconds = Math.max(1e-9, (System.nanoTime() - began) / 1e9);
    out.printf(
        "%s on %s: %s in %.1f s, %.1f a second%s%n",
        worlds.subject().name(),
        CleanText.count(range.ranks(), "rank"),
        CleanText.count(done, "program"),
        seconds,
        done / seconds,
        skipped == 0 ? "" : ", " + skipped + " were done before");
  }
}
