package org.jccl.conformance.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jccl.CleanText;
import org.jccl.conformance.harness.OwnProcess;
import org.jccl.conformance.run.RuleResult.Outcome;
import org.jccl.file.BoundedFile;
import org.jccl.file.TemporaryFolder;

/**
 * Runs rules in processes of their own, so that nothing a rule does can take the run with it: a
 * process whose rule outlives the deadline is killed, the rule has failed, and the rest goes on in
 * a fresh one. Rules that need other environment variables, or a process for themselves, get it.
 */
final class Supervisor {
  private final String subject;
  private final Class<?> worker;
  private final Path log;
  private final Duration deadline;
  private final Consumer<RuleResult> told;
  private final List<RuleResult> results = new ArrayList<>();
  private int ranks;

  /**
   * @param subject name of what is tested
   * @param log where what the processes print goes
   * @param deadline how long one method may take
   * @param told hears of each final result at once
   */
  Supervisor(String subject, Path log, Duration deadline, Consumer<RuleResult> told) {
    this(subject, Worker.class, log, deadline, told);
  }

  /** The same with another main class in the processes. */
  Supervisor(
      String subject, Class<?> worker, Path log, Duration deadline, Consumer<RuleResult> told) {
    this.subject = subject;
    this.worker = worker;
    this.log = log;
    this.deadline = deadline;
    this.told = told;
  }

  /** From now on there is a process for each of so many ranks, instead of one that has all. */
  Supervisor withProcessPerRank(int number) {
    ranks = number;
    return this;
  }

  /** Runs the methods, each in the process that it needs, {@code processes} of them at a time. */
  List<RuleResult> run(List<String> methods, int processes) {
    Map<Map<String, String>, List<String>> later = new LinkedHashMap<>();
    Consumer<RuleResult> first =
        result -> {
          Map<String, String> needed = OwnProcess.neededBy(result.words());
          if (result.outcome() == Outcome.SKIPPED && !needed.isEmpty()) {
            synchronized (later) {
              later.computeIfAbsent(needed, own -> new ArrayList<>()).add(result.method());
            }
          } else {
            keep(result);
          }
        };
    List<Runnable> shares = new ArrayList<>();
    for (List<String> share : shares(methods, processes)) {
      shares.add(() -> runAll(share, Map.of(), first));
    }
    atOnce(shares, processes);
    List<Runnable> others = new ArrayList<>();
    later.forEach(
        (environment, own) -> {
          if (OwnProcess.isAlone(environment)) {
            own.forEach(each -> others.add(() -> runAll(List.of(each), environment, this::keep)));
          } else {
            others.add(() -> runAll(own, environment, this::keep));
          }
        });
    atOnce(others, processes);
    return List.copyOf(results);
  }

  /** The methods dealt out like cards, so that suites with slow ones are shared. */
  private static List<List<String>> shares(List<String> methods, int processes) {
    List<List<String>> shares = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      shares.add(new ArrayList<>());
    }
    for (int i = 0; i < methods.size(); i++) {
      shares.get(i % processes).add(methods.get(i));
    }
    return shares;
  }

  private static void atOnce(List<Runnable> tasks, int threads) {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      tasks.forEach(task -> all.add(pool.submit(task)));
      for (Future<?> each : all) {
        each.get();
      }
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException failed) {
      Throwable why = failed.getCause() == null ? failed : failed.getCause();
      String words =
          why.getCause() instanceof IOException io ? BoundedFile.why(io) : CleanText.messageOf(why);
      if (why.getCause() instanceof FileSystemException at) {
        words = "'" + at.getFile() + "': " + words;
      }
      throw new IllegalStateException("the rules could not be run: " + words, why);
    }
  }

  private synchronized void keep(RuleResult result) {
    results.add(result);
    told.accept(result);
  }

  /** Runs methods in as many processes as it takes. */
  private void runAll(
      List<String> methods, Map<String, String> environment, Consumer<RuleResult> ended) {
    Set<String> left = new LinkedHashSet<>(methods);
    while (!left.isEmpty()) {
      int before = left.size();
      oneProcess(
          left,
          environment,
          result -> {
            left.remove(result.method());
            ended.accept(result);
          });
      if (left.size() == before) {
        String words = "the process that should run it ended before: see " + log.getFileName();
        List<String> lost = List.copyOf(left);
        left.clear();
        lost.forEach(each -> ended.accept(new RuleResult(each, Outcome.BROKEN, 0, words)));
      }
    }
  }

  /** Runs as many of the methods as one process survives. */
  private void oneProcess(
      Set<String> methods, Map<String, String> environment, Consumer<RuleResult> ended) {
    try {
      try (TemporaryFolder folder = TemporaryFolder.create("rules")) {
        Path list = folder.path().resolve("rules.txt");
        Files.write(list, methods);
        List<String> command = List.of(worker.getName(), subject, list.toString());
        try (WorkerCrew crew = WorkerCrew.start(command, environment, ranks, log)) {
          follow(crew, ended);
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("a process for the rules could not be started", failed);
    }
  }

  private void follow(WorkerCrew crew, Consumer<RuleResult> ended) {
    CrewResults told = new CrewResults(crew.size(), deadline.toNanos(), ended);
    int atWork = crew.size();
    Set<Integer> done = new HashSet<>();
    while (atWork > 0 && !told.isOver()) {
      WorkerCrew.Line line = crew.next(told.left());
      if (line == null) {
        told.late("it hung: its process was killed after " + deadline.toSeconds() + " s");
        return;
      }
      String text = line.text();
      if (text == null) {
        atWork--;
        if (!done.contains(line.rank())) {
          told.lost(
              line.rank(),
              "its process died" + crew.exit(line.rank()) + ": see " + log.getFileName());
        }
        continue;
      }
      switch (WorkerMessage.of(text)) {
        case WorkerMessage.Started started -> told.started(line.rank(), started.method());
        case WorkerMessage.Ended end -> told.ended(line.rank(), end.result());
        case WorkerMessage.Done all -> {
          done.add(line.rank());
          if (crew.size() == done.size()) {
            return;
          }
        }
        case null -> note(text);
      }
    }
  }

  private synchronized void note(String line) {
    try (Writer writer =
        Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      writer.write(line + "\n");
    } catch (IOException full) {
      System.err.println(line);
    }
  }
}
