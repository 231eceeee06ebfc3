package org.jccl.conformance.misuse.matrix;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.RanksFailedException.RankFailure;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/**
 * One program in one schedule.
 *
 * @param family what it belongs to
 * @param axes which of its programs
 * @param wrong the guilty one, or its legal neighbour
 * @param seed of the schedule, or null for first in, first out
 * @param checks how much the simulator checks
 */
record Trial(Family family, Axes axes, boolean wrong, @Nullable Long seed, CheckLevel checks) {
  private static final int LIMIT_SECONDS = 25;

  /** What a run ended with. */
  private record Ending(
      @Nullable Throwable thrown,
      List<ReportedMisuse> findings,
      List<String> leaks,
      List<String> warnings) {}

  /** Runs it and judges. */
  Judgement judge() throws InterruptedException {
    Marks marks = new Marks();
    List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    FutureTask<Ending> task = new FutureTask<>(() -> run(marks, warnings));
    Thread thread = Thread.ofPlatform().daemon().name("matrix " + family.label()).start(task);
    try {
      Ending ending = task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      return wrong ? guilty(ending, marks) : legal(ending);
    } catch (TimeoutException hung) {
      thread.interrupt();
      return Judgement.missed("hangs");
    } catch (java.util.concurrent.ExecutionException broken) {
      return Judgement.missed("broke: " + broken.getCause());
    }
  }

  private Ending run(Marks marks, List<String> warnings) {
    Simulator.Builder builder =
        Simulator.builder().devices(axes.world() + 1).checks(checks).warnings(warnings::add);
    if (seed != null) {
      builder.seed(seed);
    }
    Throwable thrown = null;
    Simulator simulator = family.setting().apply(builder).build();
    try (simulator) {
      Ranks.run(
          simulator.backend(),
          family.threads(axes),
          rank -> {
            try (Scene scene = new Scene(rank, axes, marks)) {
              scene.run(family.program(), wrong);
            }
          });
    } catch (RuntimeException | Error failure) {
      thrown = failure;
    }
    return new Ending(thrown, simulator.findings(), simulator.leaks(), List.copyOf(warnings));
  }

  private static Judgement legal(Ending ending) {
    List<String> said = new ArrayList<>(ending.leaks());
    ending.findings().forEach(found -> said.add(String.valueOf(found.getMessage())));
    said.addAll(ending.warnings());
    if (ending.thrown() != null) {
      said.add(text(ending.thrown()));
    }
    return said.isEmpty()
        ? Judgement.SILENT
        : new Judgement(true, false, false, false, false, "false alarm: " + said.getFirst());
  }

  private Judgement guilty(Ending ending, Marks marks) {
    ReportedMisuse report = report(ending);
    ResultCode code = report == null ? code(ending.thrown()) : null;
    boolean refused =
        first(ending.thrown()) instanceof IllegalArgumentException
            || first(ending.thrown()) instanceof IllegalStateException;
    if (report == null && code == null && !refused) {
      String got = ending.thrown() == null ? "nothing" : text(ending.thrown());
      return Judgement.missed(got + "\n  marks: " + marks);
    }
    String text = ending.thrown() == null ? "" : text(ending.thrown());
    text += report == null ? "" : "\n" + report.getMessage();
    boolean kind =
        report != null
            ? family.kinds().contains(report.kind())
            : refused ? family.refused() : family.codes().contains(code);
    List<Integer> named = report != null ? report.ranks() : failed(ending.thrown());
    boolean ranks = marks.areRight(named, true) || marks.areRight(named, false);
    String noise = noise(ending, report);
    String got =
        (report != null ? report.kind() : refused ? "a refusal" : code)
            + " naming "
            + named
            + (noise.isEmpty() ? "" : "; then also: " + noise)
            + "\n  marks: "
            + marks
            + "\n  "
            + text.replace("\n", "\n  ");
    return new Judgement(true, kind, ranks, marks.areShown(text), noise.isEmpty(), got);
  }

  /** What was reported first. */
  private @Nullable ReportedMisuse report(Ending ending) {
    if (first(ending.thrown()) instanceof ReportedMisuse thrown) {
      return thrown;
    }
    if (ending.findings().isEmpty()) {
      return null;
    }
    ReportedMisuse found = ending.findings().getFirst();
    // A finding may be what a result code stands for (SIM-45).
    return ending.thrown() == null || family.kinds().contains(found.kind()) ? found : null;
  }

  private static @Nullable Throwable first(@Nullable Throwable thrown) {
    return thrown instanceof RanksFailedException ranks
        ? ranks.failures().getFirst().cause()
        : thrown;
  }

  private static @Nullable ResultCode code(@Nullable Throwable thrown) {
    return first(thrown) instanceof CollectiveException known && known.code() != ResultCode.UNKNOWN
        ? known.code()
        : null;
  }

  /** The ranks whose failure is no consequence. */
  private static List<Integer> failed(@Nullable Throwable thrown) {
    return thrown instanceof RanksFailedException ranks
        ? ranks.failures().stream()
            .filter(failure -> !failure.secondary())
            .map(RankFailure::rank)
            .distinct()
            .sorted()
            .toList()
        : List.of();
  }

  /** What is said besides the report. */
  private String noise(Ending ending, @Nullable ReportedMisuse report) {
    List<String> more = new ArrayList<>();
    int known = report == null ? 0 : 1;
    ending.findings().stream()
        .skip(known)
        .forEach(found -> more.add(firstLine(String.valueOf(found.getMessage()))));
    ending.leaks().forEach(leak -> more.add("leak: " + leak));
    ending.warnings().stream()
        .filter(line -> report == null || !line.equals(report.getMessage()))
        .forEach(line -> more.add("warning: " + firstLine(line)));
    if (ending.thrown() instanceof RanksFailedException ranks) {
      for (RankFailure failure : ranks.failures()) {
        if (!failure.secondary() && isNew(failure.cause(), report)) {
          more.add("rank " + failure.rank() + ": " + firstLine(failure.cause().toString()));
        }
      }
    }
    return String.join("; ", more);
  }

  private boolean isNew(Throwable cause, @Nullable ReportedMisuse report) {
    return report != null
        && !(cause instanceof ReportedMisuse other && other.kind() == report.kind())
        && !(cause instanceof CollectiveException known && family.codes().contains(known.code()));
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static String text(Throwable thrown) {
    if (thrown instanceof RanksFailedException) {
      return String.valueOf(thrown.getMessage());
    }
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /** The same program with other axes. */
  Trial at(Axes other) {
    return new Trial(family, other, wrong, seed, checks);
  }

  /** The simplest program that still falls short in this schedule or in order of arrival. */
  Trial shrunk() throws InterruptedException {
    Trial least = this;
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      for (Axes simpler : least.axes.simpler(family.fewest())) {
        Trial next = least.at(family.adjusted().apply(simpler));
        if (next.equals(least)) {
          continue;
        }
        if (!next.judge().isRight(wrong)) {
          least = next;
          smaller = true;
          break;
        }
      }
    }
    return least;
  }

  @Override
  public String toString() {
    return "%s [%s], %s, %s at %s"
        .formatted(
            family.label(),
            axes,
            wrong ? "misuse" : "legal neighbour",
            seed == null ? "fifo" : "seed " + seed,
            checks);
  }
}
