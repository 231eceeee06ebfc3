package org.jccl.conformance.misuse.matrix;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
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
    } catch (ExecutionException broken) {
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
    Simulator simulator = family.set(builder).build();
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
    Object answer = report != null ? report.kind() : answer(ending);
    String text = ending.thrown() == null ? "" : text(ending.thrown());
    if (answer == null) {
      return Judgement.missed((text.isEmpty() ? "nothing" : text) + "\n  marks: " + marks);
    }
    boolean leak = answer.equals(Family.LEAK);
    text += report != null ? "\n" + report.getMessage() : leak ? "" + ending.leaks() : "";
    List<Integer> named = report != null ? report.ranks() : failed(ending.thrown());
    boolean ranks = leak || marks.areRight(named, true) || marks.areRight(named, false);
    String noise = leak ? "" : noise(ending, report);
    String also = noise.isEmpty() ? "" : "; then also: " + noise;
    String got = "%s naming %s%s%n  marks: %s%n  %s".formatted(answer, named, also, marks, text);
    boolean kind = family.isAnswer(answer);
    boolean sites = marks.areShown(text);
    return new Judgement(true, kind, ranks, sites, noise.isEmpty(), got.replace("\n", "\n  "));
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
    return ending.thrown() == null || family.isAnswer(found.kind()) ? found : null;
  }

  /** What was said if nothing was reported. */
  private static @Nullable Object answer(Ending ending) {
    return switch (first(ending.thrown())) {
      case CollectiveException known when known.code() != ResultCode.UNKNOWN -> known.code();
      case IllegalArgumentException refused -> Family.REFUSAL;
      case IllegalStateException refused -> Family.REFUSAL;
      case null -> ending.leaks().isEmpty() ? null : Family.LEAK;
      default -> null;
    };
  }

  private static @Nullable Throwable first(@Nullable Throwable thrown) {
    return thrown instanceof RanksFailedException ranks
        ? ranks.failures().getFirst().cause()
        : thrown;
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
        && !(cause instanceof CollectiveException known && family.isAnswer(known.code()));
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

  /** The simplest program next to this one that falls short in the same way. */
  Trial shrunk(String way) throws InterruptedException {
    for (Axes simpler : family.simpler(axes)) {
      Trial trial = new Trial(family, simpler, wrong, seed, checks);
      if (trial.judge().shortcomings(wrong).contains(way)) {
        return trial.shrunk(way);
      }
    }
    return this;
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
