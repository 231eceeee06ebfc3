package org.jccl.sim.explore;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.sim.kernel.Choices;
import org.jspecify.annotations.Nullable;

/** The runs of one search, on several threads, and what they add up to. */
final class Explorations {
  private final Explorer explorer;
  private final Search search;
  private final long most;
  private final Map<String, ExploredRun> failures = new LinkedHashMap<>();
  private long firstFailure;
  private final TreeMap<String, Long> outcomes = new TreeMap<>();
  private final Map<String, Long> points = new TreeMap<>();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private long begun;
  private long running;
  private long runs;
  private long failed;
  private boolean stopped;

  Explorations(Explorer explorer, Search search, long most) {
    this.explorer = explorer;
    this.search = search;
    this.most = most;
  }

  Exploration run() {
    List<Thread> helpers = new ArrayList<>();
    for (int i = 1; i < explorer.threads(); i++) {
      helpers.add(Thread.ofPlatform().daemon().name("jccl-explore-" + i).start(this::work));
    }
    work();
    helpers.forEach(Explorations::join);
    Throwable why = broken.get();
    if (why != null) {
      throw new IllegalStateException("the search itself has failed", why);
    }
    return result();
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try {
      for (Guide guide = next(); guide != null; guide = next()) {
        Course course = new Course(guide, explorer.ranks(), explorer.sharesState());
        ExploredRun run = explorer.run(course);
        done(guide, course, run);
      }
    } catch (RuntimeException | Error failure) {
      broken.compareAndSet(null, failure);
      stop();
    }
  }

  private synchronized void stop() {
    stopped = true;
    running--;
    notifyAll();
  }

  /** The next run; null if there is none and none can follow from those that run. */
  private synchronized @Nullable Guide next() {
    while (!stopped && begun < most) {
      Guide guide = search.next();
      if (guide != null) {
        begun++;
        running++;
        return guide;
      }
      if (running == 0) {
        return null;
      }
      try {
        wait();
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
        stopped = true;
      }
    }
    return null;
  }

  private synchronized void done(Guide guide, Course course, ExploredRun run) {
    running--;
    if (explorer.stopsAtFailure() && failed > 0) {
      notifyAll();
      return; // it ran beside the failure that ended the search: whether it ended by then is chance
    }
    runs++;
    search.done(guide, course);
    outcomes.merge(run.outcome(), 1L, Long::sum);
    for (Map.Entry<Choices.Point, Long> each : course.asked().entrySet()) {
      points.merge(each.getKey().name(), each.getValue(), Long::sum);
    }
    if (run.isFailed()) {
      failed++;
      firstFailure = firstFailure == 0 ? runs : firstFailure;
      failures.merge(run.failure(), run, Explorations::shorter);
      stopped |= explorer.stopsAtFailure();
    }
    notifyAll();
  }

  private static ExploredRun shorter(ExploredRun one, ExploredRun other) {
    return other.choices().length() < one.choices().length() ? other : one;
  }

  private ExploredRun shortest(ExploredRun failure) {
    return explorer.shrinks() ? new Shrinker(explorer, failure).shrink() : failure;
  }

  private Exploration result() {
    return new Exploration(
        explorer.strategy().toString(),
        explorer.ranks(),
        search.isComplete(),
        search.schedules(),
        runs,
        failed,
        firstFailure,
        failures.values().stream().map(this::shortest).toList(),
        outcomes,
        points,
        search.coverage());
  }
}
