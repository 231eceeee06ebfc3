package org.jccl.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jccl.CollectiveException;
import org.jccl.RankHost;
import org.jccl.ResultCode;
import org.jccl.sim.check.DeadlockReport;
import org.jccl.sim.check.Findings;
import org.jccl.sim.check.HostBlockedReport;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.kernel.CurrentRun;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.HostTask.Away;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.RankPrograms;
import org.jccl.sim.kernel.Standstill;
import org.jspecify.annotations.Nullable;

/**
 * Watches over a run of rank programs for what virtual order cannot tell: ranks that block or loop
 * outside jccl.
 *
 * <p>A rank that blocks while it has the baton loses it, so that the others go on: it waits like
 * one inside {@code rank.blocking}. Only where nothing at all happens for {@link
 * Simulator.Builder#stallLimit} is that reported, and every wait ended. Ranks that do not end then
 * are left behind.
 */
final class StallWatch {
  private final Kernel kernel;
  private final CurrentRun run;
  private final Findings findings;
  private final long limit;
  private final long blockingLimit;

  StallWatch(Kernel kernel, Findings findings, Duration limit, Duration blockingLimit) {
    this.kernel = kernel;
    this.run = kernel.currentRun();
    this.findings = findings;
    this.limit = limit.toNanos();
    this.blockingLimit = Math.max(this.limit, blockingLimit.toNanos());
  }

  /** Watches until the guard is closed. */
  Guard start(RankPrograms programs, RankHost.Body body) {
    return new Guard(programs, body);
  }

  /** What a look has seen. */
  private enum Seen {
    /** Something has happened. */
    MOVED,
    /**
     * Nothing but questions, and nobody sleeps in between: how many of them are too many the kernel
     * counts. How long they take says nothing, for the machine may be busy.
     */
    ASKS,
    /** Nothing, or what the kernel does not count. */
    STANDS
  }

  /** One watched run: by the common thread while it goes on, by one of its own from then on. */
  final class Guard implements WatchThread.Watched, AutoCloseable {
    private static final long SHORT = 1_000_000;
    private static final long LONG = 20_000_000;

    /** More questions than this in a while are not those of a thread that sleeps in between. */
    private static final long BUSILY = 100;

    /** So long a rank blocks before it loses the baton for the first time in a run. */
    private static final long PATIENCE = 50_000_000;

    private final RankPrograms programs;
    private final RankHost.Body body;
    private final Standstill standstill = new Standstill();
    private final long grace = Math.clamp(limit, 1_000_000_000L, 3_000_000_000L);
    private volatile @Nullable Thread thread;
    private volatile boolean closed;
    private long period = SHORT;
    private long progress = -1;
    private long questions = -1;
    private long interruptedFor;
    private boolean disturbed;
    private boolean judged;

    private Guard(RankPrograms programs, RankHost.Body body) {
      this.programs = programs;
      this.body = body;
      WatchThread.add(this);
    }

    @Override
    public void look() {
      if (programs.isInterrupted() || seen(kernel.holder()) == Seen.STANDS) {
        // First the thread: where there is no memory for one, the common one goes on looking.
        thread = Thread.ofPlatform().daemon().name("jccl-stall-watch").start(this::watch);
        WatchThread.remove(this);
      }
    }

    private void watch() {
      while (!closed) {
        long before = System.nanoTime();
        LockSupport.parkNanos(period);
        try {
          // What takes much longer than asked for was no time in which ranks could run, either.
          look(Math.min(System.nanoTime() - before, 2 * period));
        } catch (OutOfMemoryError full) {
          period = LONG; // a rank has it all: its own failure will say so
        }
      }
    }

    private void look(long elapsed) {
      HostTask holder = kernel.holder();
      if (programs.isInterrupted() && !closed && endsByForce(holder, elapsed)) {
        return;
      }
      Seen seen = seen(holder);
      if (seen == Seen.ASKS && !closed) {
        return;
      }
      if (seen == Seen.MOVED || closed) {
        standstill.end();
        period = Math.min(2 * period, disturbed ? 2 * SHORT : LONG);
        return;
      }
      standstill.add(elapsed, standing(holder));
      period = standstill.nanos() < 2 * PATIENCE ? SHORT : LONG / 2;
      if (standstill.isAtLeast(ending() ? grace : allowed(holder))) {
        if (ending()) {
          leave();
        } else {
          judge(holder);
        }
      } else if (holder != null && mayLose(holder) && run.seize(holder)) {
        disturbed = true;
        run.release();
      }
    }

    /**
     * A run that was interrupted ends, whatever its ranks do: also where they go on to make calls,
     * and catch all that is thrown.
     */
    private boolean endsByForce(@Nullable HostTask holder, long elapsed) {
      interruptedFor += elapsed;
      if (interruptedFor < 2 * grace || !run.seize(holder)) {
        return false;
      }
      leave();
      return true;
    }

    /** What has happened since the last look. */
    private Seen seen(@Nullable HostTask holder) {
      long now = kernel.progress();
      long asked = kernel.questions() - questions;
      boolean moved = now != progress || (asked == 0 && isInside(holder));
      progress = now;
      questions += asked;
      if (moved) {
        return Seen.MOVED;
      }
      boolean counted = asked > 0 && kernel.isAlone();
      return counted && (asked > BUSILY || !(ending() || isAsleep(holder)))
          ? Seen.ASKS
          : Seen.STANDS;
    }

    /** Whether the holder sleeps or waits between two calls. */
    private static boolean isAsleep(@Nullable HostTask holder) {
      return holder != null
          && holder.isLoose()
          && !holder.isGiven()
          && switch (holder.thread().getState()) {
            case TIMED_WAITING, WAITING, BLOCKED -> true;
            case NEW, RUNNABLE, TERMINATED -> false;
          };
    }

    /** Whether the holder is inside a call: a long step, or a foreign thread's call. */
    private static boolean isInside(@Nullable HostTask holder) {
      return holder != null && holder.thread().isAlive() && !holder.isLoose();
    }

    private boolean ending() {
      return judged || programs.isInterrupted();
    }

    /** The threads on which it depends whether anything goes on. */
    private List<Thread> standing(@Nullable HostTask holder) {
      List<Thread> threads = new ArrayList<>();
      for (HostTask task : kernel.tasks()) {
        if (isAway(task)) {
          threads.add(task.thread());
        }
      }
      // Where others are away, it depends on them what one that asks is answered.
      if (holder != null && holder.isOwned() && (threads.isEmpty() || !holder.isAsking())) {
        threads.add(holder.thread());
      }
      return threads;
    }

    private static boolean isAway(HostTask task) {
      return task.state() == HostTask.State.OUTSIDE;
    }

    /** How long nothing may happen now. */
    private long allowed(@Nullable HostTask holder) {
      long allowed = limit;
      boolean taken = false;
      for (HostTask task : kernel.tasks()) {
        if (isAway(task)) {
          taken |= task.away() == Away.TAKEN;
          allowed =
              switch (task.away()) {
                case TIMED -> Long.MAX_VALUE;
                case BLOCKING -> Math.max(allowed, blockingLimit);
                case TAKEN, NOT -> allowed;
              };
        }
      }
      boolean starves = holder != null && holder.isGiven() && !taken;
      return starves ? Math.max(allowed, TimeUnit.SECONDS.toNanos(20)) : allowed;
    }

    /** Whether a rank that has the baton in user code has kept it too long. */
    private boolean mayLose(HostTask holder) {
      if (!holder.isOwned() || !holder.isLoose() || holder.isGiven()) {
        return false;
      }
      if (ending()) {
        return true; // the others need it to come to their end
      }
      return switch (holder.thread().getState()) {
        case BLOCKED, WAITING ->
            standstill.nanos() >= (disturbed ? SHORT : Math.min(PATIENCE, limit / 4));
        case NEW, RUNNABLE, TIMED_WAITING, TERMINATED -> standstill.nanos() >= limit / 2;
      };
    }

    // ---------------------------------------------------------------- verdicts

    private void judge(@Nullable HostTask holder) {
      boolean starves = holder != null && holder.isGiven(); // its turn, but no carrier runs it
      if (!run.seize(holder)) {
        return;
      }
      try {
        judged = true;
        standstill.end();
        List<HostTask> stuck =
            kernel.tasks().stream()
                .filter(task -> isAway(task) || (task.equals(holder) && !starves))
                .filter(task -> !task.isAsking())
                .toList();
        if (stuck.isEmpty() && holder != null && starves) {
          condemn(List.of(holder));
        } else if (stuck.isEmpty()) {
          run.endWaits();
        } else {
          condemn(stuck);
        }
      } finally {
        run.release();
      }
    }

    private void condemn(List<HostTask> stuck) {
      RuntimeException why =
          body.hasFailed()
              ? new CollectiveException(
                  ResultCode.REMOTE_ERROR, "another rank failed, and this one did not end")
              : findings.keep(report(stuck));
      why.setStackTrace(stuck.getFirst().thread().getStackTrace());
      run.condemn(why);
      stuck.forEach(task -> task.thread().interrupt());
    }

    /**
     * Who waits for futures that are made of a stream's waits for that stream: if all do, it is a
     * deadlock like any other.
     */
    private ReportBuilder report(List<HostTask> stuck) {
      List<HostTask> joining = stuck.stream().filter(HostBlockedReport::isInFuture).toList();
      joining.forEach(task -> task.isTakenToWaitFor(task.openFuture()));
      try {
        List<HostTask> waiting =
            kernel.tasks().stream().filter(task -> task.waitingFor() != null).toList();
        return joining.size() == stuck.size()
            ? DeadlockReport.of(kernel.tasks(), waiting)
            : HostBlockedReport.of(kernel.tasks(), stuck);
      } finally {
        joining.forEach(task -> task.isTakenToWaitFor(null));
      }
    }

    /** Those that have not ended in spite of all: nobody waits for them any more. */
    private void leave() {
      for (HostTask task : programs.leave()) {
        body.leave(task.rank(), task.thread(), task.verdict());
      }
      closed = true;
      programs.release();
    }

    @Override
    public void close() {
      closed = true;
      WatchThread.remove(this);
      LockSupport.unpark(thread);
    }
  }
}
