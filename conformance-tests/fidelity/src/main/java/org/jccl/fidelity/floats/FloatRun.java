package org.jccl.fidelity.floats;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.harness.Worlds;
import org.jccl.fidelity.floats.FloatComparison.Outcome;
import org.jccl.fidelity.floats.FloatComparison.Verdict;
import org.jccl.ops.NcclFunction;
import org.jccl.sim.Simulator;
import org.jccl.sim.machine.GpuProfile;

/**
 * Runs cases by seed on a subject and on the simulator, on communicators that are kept. Every
 * result is written down at once; seeds that agreed before are skipped.
 */
public final class FloatRun {
  /** All cases agreed, but perhaps for the encoding of f64 NaNs. */
  public static final int AGREE = 0;

  /** A case differed, failed or hung. */
  public static final int DIFFER = 1;

  private static final int SHRINKING_ATTEMPTS = 300;
  private static final Duration SHRINKING_LIMIT = Duration.ofSeconds(30);
  private static final int PROGRESS_EVERY = 250;
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
  public record Wishes(
      String backend,
      int ranks,
      long from,
      int count,
      GpuProfile profile,
      Map<String, String> environment) {
    /** Keeps NCCL's own variables that can change results. */
    public Wishes {
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

  private final Subject subject;
  private final Subject reference;
  private final Wishes wishes;
  private final FloatTable table;
  private final PrintStream out;

  /** Results go to {@code folder}, words to {@code out}. */
  FloatRun(Subject subject, Subject reference, Wishes wishes, Path folder, PrintStream out)
      throws IOException {
    this.subject = subject;
    this.reference = reference;
    this.wishes = wishes;
    this.out = out;
    String version = NcclFunction.text(subject.capabilities().version());
    String about =
        "NCCL %s, %s, variables %s"
            .formatted(version, wishes.profile().name(), new TreeMap<>(wishes.environment()));
    String name = "floats-" + wishes.backend() + "-" + wishes.ranks() + ".tsv";
    this.table = FloatTable.open(folder.resolve(name), about);
  }

  /**
   * Runs what is wished for.
   *
   * @return {@link #AGREE} or {@link #DIFFER}
   * @throws IllegalArgumentException if there is no such backend, it has too few ranks, or the
   *     table is about something else
   * @throws org.jccl.BackendUnavailableException if it cannot be opened here
   * @throws IOException if the results cannot be written
   */
  public static int run(Wishes wishes, Path folder, PrintStream out) throws IOException {
    Subject subject = subject(wishes);
    Capabilities capabilities = subject.capabilities();
    if (wishes.ranks() < 1 || wishes.ranks() > capabilities.maxRanks()) {
      throw new IllegalArgumentException(
          "--ranks: %d ranks cannot run on %s: give 1 to %d"
              .formatted(wishes.ranks(), wishes.backend(), capabilities.maxRanks()));
    }
    int version =
        Math.clamp(capabilities.version(), Simulator.OLDEST_VERSION, Simulator.NEWEST_VERSION);
    Subject reference =
        new SimulatedMachine(REFERENCE, version, wishes.environment(), wishes.profile(), false);
    return new FloatRun(subject, reference, wishes, folder, out).run();
  }

  private static Subject subject(Wishes wishes) {
    String name = wishes.backend();
    if (name.equals("sim")) { // the same machine; ranks as threads, as on GPUs
      return new SimulatedMachine(
          name, Simulator.DEFAULT_VERSION, wishes.environment(), wishes.profile(), true);
    }
    Subject named = Subjects.named(name);
    return wishes.environment().isEmpty() || name.equals("nccl")
        ? named
        : named.with(wishes.environment()).orElse(named);
  }

  /**
   * Runs the range.
   *
   * @return {@link #AGREE} or {@link #DIFFER}
   */
  int run() throws IOException {
    if (subject.name().equals("nccl")
        && !"0".equals(wishes.environment().get("NCCL_NVLS_ENABLE"))) {
      out.println(
          "NCCL_NVLS_ENABLE is not 0: sums of the switch's multicast have no order (DET-05)");
    }
    Worlds worlds = new Worlds(subject);
    Worlds simulated = new Worlds(reference);
    FloatComparison comparison = new FloatComparison(worlds, simulated, wishes.ranks());
    boolean failed = false;
    try {
      failed = runAll(comparison);
    } finally {
      close(worlds, failed);
      close(simulated, failed);
    }
    out.println(table.totals());
    return table.hasDifferences() ? DIFFER : AGREE;
  }

  /** Runs the range; whether one side failed, so that closing in order could hang. */
  private boolean runAll(FloatComparison comparison) throws IOException {
    FloatCases cases = new FloatCases(wishes.ranks(), subject.capabilities());
    Progress progress = new Progress();
    boolean failed = false;
    boolean goOn = true;
    for (long seed = wishes.from(); goOn && seed < wishes.from() + wishes.count(); seed++) {
      if (table.holds(seed)) {
        progress.skipped++;
        continue;
      }
      FloatCase each = cases.of(seed);
      Outcome outcome = comparison.of(each);
      table.add(seed, each, outcome);
      progress.done(each);
      failed |= outcome.verdict() == Verdict.FAILED;
      if (outcome.differs()) {
        failed |= tell(seed, each, outcome, comparison);
        progress.differing++;
        // A subject that cannot be made anew is not asked again after a failure.
        goOn =
            progress.differing < MOST_DIFFERENCES
                && (!failed || subject.capabilities().disposable());
      } else if (outcome.verdict() == Verdict.NAN_BITS && progress.nans++ == 0) {
        out.println(block(seed, "is the first with NaNs encoded otherwise", each, outcome));
      }
    }
    progress.tell();
    return failed;
  }

  /** Prints a difference and the smallest case that shows it; whether a case failed meanwhile. */
  private boolean tell(long seed, FloatCase each, Outcome outcome, FloatComparison comparison) {
    out.println(block(seed, "differs", each, outcome));
    if (outcome.verdict() == Verdict.FAILED && !subject.capabilities().disposable()) {
      return true;
    }
    Outcome[] last = {outcome};
    boolean[] failed = {false};
    FloatCase smallest =
        new FloatShrinking(
                candidate -> {
                  Outcome own = failed[0] ? last[0] : comparison.of(candidate);
                  boolean same = !failed[0] && own.verdict() == outcome.verdict();
                  failed[0] |=
                      own.verdict() == Verdict.FAILED && !subject.capabilities().disposable();
                  last[0] = same ? own : last[0];
                  return same;
                },
                SHRINKING_ATTEMPTS,
                SHRINKING_LIMIT)
            .smallest(each);
    out.println(block(seed, "shrinks to", smallest, last[0]));
    return failed[0];
  }

  private String block(long seed, String what, FloatCase each, Outcome outcome) {
    return "seed %d %s: %s%n%s%nthe simulator's choice%s: %s%n"
        .formatted(
            seed,
            what,
            each,
            outcome.words(),
            each.calls().size() > 1 ? " for each call alone" : "",
            outcome.choices().isEmpty() ? "none" : outcome.choices());
  }

  private static void close(Worlds worlds, boolean failed) {
    if (failed) {
      worlds.discard();
    } else {
      worlds.close();
    }
  }

  /** How far it is. */
  private final class Progress {
    private final long began = System.nanoTime();
    private int done;
    private int calls;
    private long elements;
    private int skipped;
    private int differing;
    private int nans;

    void done(FloatCase each) {
      done++;
      calls += each.calls().size();
      elements += each.elements();
      if (done % PROGRESS_EVERY == 0) {
        tell();
      }
    }

    void tell() {
      double seconds = Math.max(1e-9, (System.nanoTime() - began) / 1e9);
      out.printf(
          "%s on %d ranks: %d cases, %d calls, %.1f million elements in %.1f s, %.1f cases a"
              + " second%s%n",
          subject.name(),
          wishes.ranks(),
          done,
          calls,
          elements / 1e6,
          seconds,
          done / seconds,
          skipped == 0 ? "" : ", " + skipped + " were done before");
    }
  }
}
