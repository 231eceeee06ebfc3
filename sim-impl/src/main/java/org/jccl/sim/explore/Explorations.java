package org.jccl.sim.explore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.sim.kernel.Choices;
import org.jspecify.annotations.Nullable;

/**
 * The runs of one search, on several threads, and what they add up to. The search sees the runs in
 * the order in which they began, and is asked for the next ones after each. So neither the number
 * of threads nor the time of a run changes anything: the same search finds the same failure first.
 */
final class Explorations {
  /**
   * How many runs the search may be behind those that have begun. It is the same on all machines,
   * and so is what is found.
   */
  private static final int WINDOW = 32;

  /** A run that has been begun, and what came of it. */
  private static final class Job {
    final Guide guide;
    @Nullable Course course;
    @Nullable ExploredRun run;

    Job(Guide guide) {
      this.guide = guide;
    }
  }

  private final Explorer explorer;
  private final Search search;
  private final long most;
  private final Map<String, ExploredRun> failures = new LinkedHashMap<>();
  private long firstFailure;
  private final TreeMap<String, Long> outcomes = new TreeMap<>();
  private final Map<String, Long> points = new TreeMap<>();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();

  /** Begun and not told to the search yet, in order. */
  private final Deque<Job> begun = new ArrayDeque<>();

  /** Those of them that no thread has taken yet, in order. */
  private final Deque<Job> waiting = new ArrayDeque<>();

  private long taken;
  private long runs;
  private long failed;
  private boolean stopped;

  Explorations(Explorer explorer, Search search, long most) {
    this.explorer = explorer;
    this.search = search;
    this.most = most;
    refill();
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
      for (Job job = next(); job != null; job = next()) {
        Course course = new Course(job.guide, explorer.ranks(), explorer.sharesState());
        done(job, course, explorer.run(course));
      }
    } catch (RuntimeException | Error failure) {
      broken.compareAndSet(null, failure);
      stop();
    }
  }

  private synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  private void refill() {
    while (taken < most && begun.size() < WINDOW) {
      Guide guide = search.next();
      if (guide == null) {
        return;
      }
      Job job = new Job(guide);
      begun.add(job);
      waiting.add(job);
      taken++;
    }
  }

  /** The next run; null if there is none and none can follow from those that run. */
  private synchronized @Nullable Job next() {
    while (!stopped && !begun.isEmpty()) {
      Job job = waiting.poll();
      if (job != null) {
        return job;
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

  private synchronized void done(Job job, Course course, ExploredRun run) {
    job.course = course;
    job.run = run;
    for (Job first = begun.peek();
        first != null && first.course != null && first.run != null && !stopped;
        first = begun.peek()) {
      begun.remove();
      tell(first.guide, first.course, first.run);
      if (!stopped) {
        refill();
      }
    }
    notifyAll();
  }

  private void tell(Guide guide, Course course, ExploredRun run) {
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
      stopped = explorer.stopsAtFailure();
    }
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
        search.isComplete() && begun.isEmpty(),
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
