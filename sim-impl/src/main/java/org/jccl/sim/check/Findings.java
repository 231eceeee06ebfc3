package org.jccl.sim.check;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jccl.CleanText;
import org.jccl.MisuseKind;
import org.jccl.ReportedMisuse;
import org.jccl.UserCode;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.Steering;
import org.jspecify.annotations.Nullable;

/**
 * Every misuse that one simulation has reported, errors and warnings alike, in order. Warnings are
 * told and the run goes on; in strict mode the kinds that are only fragile are errors too.
 *
 * <p>One mistake is one finding. When an error was reported, or a rank has failed, programs unwind:
 * they free what is in use, leave things open, and keep others waiting. What that shows is a
 * consequence. It is neither kept nor told, and thrown only where a call cannot go on.
 */
public final class Findings {
  /** What a program does wrong when it cleans up after something else. */
  private static final Set<MisuseKind> OF_CLEANING =
      Set.of(
          MisuseKind.BUFFER_FREED,
          MisuseKind.GRAPH_ALIVE,
          MisuseKind.GROUP_LEAK,
          MisuseKind.DESTROY_IN_FLIGHT);

  /** Warnings that mean nothing beside an error: a call too many changes the shape of its group. */
  private static final Set<MisuseKind> BESIDE_ERRORS =
      Set.of(MisuseKind.GROUP_SHAPE, MisuseKind.P2P_GROUP_SHAPE);

  private static final int MOST_CAUSES = 16;

  /** More are not kept: a program that is wrong all day must not fill the memory. */
  static final int MOST_KEPT = 1_000;

  private static final System.Logger LOG = System.getLogger("org.jccl");

  private final boolean strict;
  private final Consumer<String> warnings;
  private final String replay;
  private final History history = new History();
  private FaultRecord faults = new FaultRecord(false);
  private @Nullable Steering steering;

  /** Guarded by itself, as all fields below. */
  private final List<ReportedMisuse> all = new ArrayList<>();

  /** How many reports came after {@link #MOST_KEPT}. */
  private long dropped;

  /** The first report about unwinding, if the program may yet go on as if nothing was. */
  private @Nullable ReportedMisuse deferred;

  /** Warnings that wait for the end of the run, which tells whether they stand alone. */
  private final List<ReportedMisuse> held = new ArrayList<>();

  /** Where in {@link #all} the current run begins. */
  private int begin;

  /** Whether the current run has an error, and whether one of its ranks has failed. */
  private boolean hasError;

  private boolean hasFailed;
  private boolean isRunning;

  /** Whether any run had an error or failed: what is left open then proves nothing. */
  private boolean everBroken;

  /**
   * @param strict whether {@link MisuseKind.Severity#STRICT} is an error
   * @param warnings told the text of every report that is no error
   * @param replay what replays the run, the last line of every report
   */
  public Findings(boolean strict, Consumer<String> warnings, String replay) {
    this.strict = strict;
    this.warnings = warnings;
    this.replay = replay;
  }

  /** Whether a report of that kind is thrown and stops the communicator. */
  public boolean isError(MisuseKind kind) {
    return switch (kind.severity()) {
      case ERROR -> true;
      case WARNING -> false;
      case STRICT -> strict;
    };
  }

  /** Whether every blocking stream operation is a meeting of its participants (STR-11). */
  public boolean isStrict() {
    return strict;
  }

  /** From now on {@code value} is told of reports. */
  public void isToldTo(@Nullable Steering value) {
    steering = value;
  }

  /** What replays the run. */
  public String replay() {
    return replay;
  }

  /** Faults are planned: every report names those that have struck, as its first cause. */
  public void rehearses(FaultRecord value) {
    faults = value;
  }

  /** What a plan of faults did to the run. */
  public FaultRecord faults() {
    return faults;
  }

  /** What ranks did before: reports quote it. */
  public History history() {
    return history;
  }

  /**
   * Keeps a report, and tells it if it is a warning; an error is for the caller to throw. A
   * consequence of what was reported before is not kept.
   */
  public ReportedMisuse keep(ReportBuilder report) {
    if (steering != null) {
      steering.effect(this, Effect.WRITE);
    }
    boolean error = isError(report.kind());
    ReportedMisuse found = complete(report, error);
    boolean isFull;
    synchronized (all) {
      if (isConsequence(found.kind(), error) || (error && isRunning && isSaid(found))) {
        return found;
      }
      if (!error && isRunning && BESIDE_ERRORS.contains(found.kind())) {
        hold(found);
        return found;
      }
      hasError |= error;
      everBroken |= error;
      isFull = !add(found) && ++dropped == 1;
    }
    if (isFull) {
      tell(MOST_KEPT + " reports are kept; those that follow are thrown or told, and dropped");
    }
    if (!error) {
      tell(String.valueOf(found.getMessage()));
    }
    return found;
  }

  private ReportedMisuse complete(ReportBuilder report, boolean error) {
    history.linesFor(report.ranks(), report.text()).forEach(report::line);
    faults.causes().forEach(report::line);
    if (error) {
      errors().stream()
          .limit(1)
          .forEach(one -> report.line("reported before in this run: " + firstLine(one)));
    }
    return report.toMisuse(replay);
  }

  /**
   * Whether {@code report} is about cleaning up behind an exception that is still under way, of a
   * refused call or of the program's own: thrown, it would take that one's place. It waits for the
   * end of the run; see {@link #swallowed()}.
   */
  public boolean defers(ReportBuilder report) {
    if (!OF_CLEANING.contains(report.kind())
        || !isError(report.kind())
        || !Unwinding.isUnderWay()) {
      return false;
    }
    ReportedMisuse found = complete(report, true);
    synchronized (all) {
      deferred = deferred == null && isRunning ? found : deferred;
    }
    return true;
  }

  /**
   * All ranks of a run have ended well although one was unwinding: what was wrong with that is the
   * run's failure, or null.
   */
  public @Nullable ReportedMisuse swallowed() {
    synchronized (all) {
      ReportedMisuse found = hasError || hasFailed ? null : deferred;
      if (found != null) {
        hasError = true;
        everBroken = true;
        add(found);
      }
      return found;
    }
  }

  private void hold(ReportedMisuse found) {
    if (held.size() < MOST_KEPT) {
      held.add(found);
    }
  }

  private boolean add(ReportedMisuse found) {
    return all.size() < MOST_KEPT && all.add(found);
  }

  /** How many reports were dropped because too many were kept. */
  public long dropped() {
    synchronized (all) {
      return dropped;
    }
  }

  /** The errors of this run so far; a program that goes on after one has caught it. */
  public List<ReportedMisuse> errors() {
    synchronized (all) {
      return hasError
          ? all.subList(begin, all.size()).stream().filter(one -> isError(one.kind())).toList()
          : List.of();
    }
  }

  /** The first error of this run if none of its ranks has failed yet, else null. */
  public @Nullable ReportedMisuse beforeFailures() {
    synchronized (all) {
      List<ReportedMisuse> errors = hasFailed ? List.of() : errors();
      return errors.isEmpty() ? null : errors.getFirst();
    }
  }

  /** Whether this run has an error already: what data looks like from then on proves nothing. */
  public boolean isBroken() {
    synchronized (all) {
      return hasError || hasFailed;
    }
  }

  private static String firstLine(ReportedMisuse report) {
    return String.valueOf(report.getMessage()).lines().findFirst().orElse("");
  }

  /** Whether another rank has made the same mistake in this run, with the same words. */
  private boolean isSaid(ReportedMisuse found) {
    return errors().stream().anyMatch(one -> firstLine(one).equals(firstLine(found)));
  }

  /**
   * Whether what is wrong in that way comes of something that was reported before. It is not even
   * thrown: in a {@code finally} it would take the place of the report.
   */
  public boolean excuses(MisuseKind kind) {
    synchronized (all) {
      return (hasError || hasFailed) && OF_CLEANING.contains(kind);
    }
  }

  /** Where threads belong to no run nobody knows whether they unwind: only cleaning is excused. */
  private boolean isConsequence(MisuseKind kind, boolean error) {
    return hasFailed || (hasError && ((isRunning && !error) || OF_CLEANING.contains(kind)));
  }

  /** Tells a line that is no report. */
  public void tell(String line) {
    String text = CleanText.report(line);
    try {
      warnings.accept(text);
    } catch (RuntimeException | Error failed) {
      // Telling must not change what the program does: the line goes to the log instead.
      String what = failed.getClass().getName();
      LOG.log(Level.WARNING, "the consumer of warnings failed (" + what + ") at: " + text);
    }
  }

  /** All reports so far. */
  public List<ReportedMisuse> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  // ---------------------------------------------------------------- runs

  /** Ranks begin to run: what follows is judged anew. False if ranks run already. */
  public boolean begin() {
    synchronized (all) {
      if (isRunning) {
        return false;
      }
      isRunning = true;
      history.forgetGroups();
      startAnew();
      return true;
    }
  }

  /** The ranks have ended. If one has failed, only what closing finds is still a consequence. */
  public void end() {
    List<ReportedMisuse> alone;
    synchronized (all) {
      isRunning = false;
      hasError |= hasFailed;
      hasFailed = false;
      alone = hasError ? List.of() : List.copyOf(held);
      held.clear();
      alone.forEach(this::add);
    }
    alone.forEach(one -> tell(String.valueOf(one.getMessage())));
  }

  /** A communicator is complete: threads that belong to no run go on with something new. */
  public void opened() {
    synchronized (all) {
      if (!isRunning) {
        startAnew();
      }
    }
  }

  private void startAnew() {
    begin = all.size();
    hasError = false;
    hasFailed = false;
    deferred = null;
  }

  /**
   * The first rank of the current run has failed. If with a report, that is the run's error: what
   * came after it, or was found by other ranks meanwhile, is not. What was found while the program
   * unwound was a consequence; so is all that will be found in this run.
   */
  public void failed(Throwable failure) {
    synchronized (all) {
      if (hasFailed) {
        return;
      }
      hasFailed = true;
      everBroken = true;
      int own = indexOfReport(failure);
      if (own >= begin) {
        all.subList(own + 1, all.size()).clear();
        all.subList(begin, own).removeIf(one -> isError(one.kind()));
      } else {
        retractUnwinding(failure);
      }
    }
  }

  /** Work of the program's own has failed: whoever is told unwinds, if it does not catch that. */
  public void workFailed() {
    synchronized (all) {
      hasError = true;
      everBroken = true;
    }
  }

  /** The report that {@code failure} is or stands on, or -1. */
  private int indexOfReport(Throwable failure) {
    Throwable at = failure;
    for (int link = 0; at != null && link < MOST_CAUSES; link++) {
      if (at instanceof ReportedMisuse) {
        return indexOf(at);
      }
      at = UserCode.causeOf(at);
    }
    return -1;
  }

  private int indexOf(@Nullable Throwable report) {
    for (int i = 0; i < all.size(); i++) {
      if (report != null && Objects.equals(all.get(i).getMessage(), report.getMessage())) {
        return i;
      }
    }
    return -1;
  }

  /** Closing what a failed program had open has failed, too: Java keeps that as suppressed. */
  private void retractUnwinding(Throwable failure) {
    for (Throwable second : failure.getSuppressed()) {
      int found = indexOfReport(second);
      if (found >= begin) {
        all.remove(found);
      }
    }
  }

  /** Whether something went wrong before: then nobody is to blame for what was left open. */
  public boolean excusesLeaks() {
    synchronized (all) {
      return everBroken;
    }
  }
}
