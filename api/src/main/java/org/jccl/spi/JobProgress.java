package org.jccl.spi;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jccl.ProcessGroup;
import org.jspecify.annotations.Nullable;

/**
 * How far the ranks of one communicator have come: tells the others, when they ask, and asks them
 * when something takes too long. Costs a call nothing.
 */
final class JobProgress {
  /** How old what others have said may be. */
  private static final long FRESH = TimeUnit.SECONDS.toNanos(4);

  /** How often so many ranks are asked whether one has closed it; more of them more seldom. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(300);

  private static final int ASKED_OFTEN = 50;

  private static final Duration ANSWERED = Duration.ofSeconds(1);

  private final Supplier<RankProgress> own;
  private ProgressBoard.@Nullable Line line;
  private @Nullable ProcessGroup group;
  private @Nullable CompletableFuture<ProgressBoard.Answers> asked;
  private long askedAt;
  private @Nullable CompletableFuture<ProgressBoard.Answers> looked;
  private long lookedAt;

  /**
   * Nobody is told yet.
   *
   * @param own says how far this rank has come; never waits, for any thread
   */
  JobProgress(Supplier<RankProgress> own) {
    this.own = own;
  }

  /** From now on this rank is asked; {@code name} is that of the communicator on all its ranks. */
  synchronized void join(String name) {
    if (line == null && !name.isEmpty()) {
      line = ProgressBoard.join(ProgressBoard.subject(name), own);
    }
  }

  /** Its ranks are the members of that group. */
  synchronized void meets(@Nullable ProcessGroup members) {
    if (members != null) {
      group = members;
      ProgressBoard.serve(members);
    }
  }

  /** The ranks' group, if it has one. */
  synchronized @Nullable ProcessGroup group() {
    return group;
  }

  /** Whether ranks of other processes are asked, by messages. */
  synchronized boolean reachesOthers() {
    return group != null && group.spansProcesses();
  }

  /**
   * A rank that has closed it, or whose program has ended, after fewer collectives than this one
   * has issued, as far as is known now. Ranks of other processes are asked now and then for that:
   * the more ranks, the more seldom, since all of them may wait, and each hears of each. Never
   * waits.
   *
   * @param now the time, by {@link System#nanoTime()}
   */
  synchronized Optional<RankProgress> closedBefore(
      int self, long collectives, int worldSize, long now) {
    ProgressBoard.Line mine = line;
    if (mine == null) {
      return Optional.empty();
    }
    CompletableFuture<ProgressBoard.Answers> before = looked;
    double more = Math.max(1, (double) worldSize / ASKED_OFTEN);
    long between = (long) (LOOK * more * more);
    if (before == null || (before.isDone() && now - lookedAt > between)) {
      lookedAt = now;
      before = ProgressBoard.ask(mine.subject(), group, ANSWERED);
      looked = before;
    }
    if (!before.isDone() || before.isCompletedExceptionally()) {
      return Optional.empty();
    }
    List<RankProgress> known = before.join().known();
    return known.stream()
        .filter(RankProgress::isOver)
        .filter(each -> each.rank() >= 0 && each.rank() != self && each.rank() < worldSize)
        .filter(each -> each.collectives() != RankProgress.UNKNOWN)
        .filter(each -> each.collectives() < collectives)
        .filter(each -> known.stream().allMatch(other -> isNoLater(other, each)))
        .min(Comparator.comparingLong(RankProgress::collectives));
  }

  /** One of another rank, or no later word of the same one. */
  private static boolean isNoLater(RankProgress other, RankProgress each) {
    return other.rank() != each.rank()
        || (other.isOver() && other.collectives() <= each.collectives());
  }

  /** A limit is near: asks now, so that a report need not wait. Never waits. */
  synchronized void ask(Duration within) {
    ProgressBoard.Line mine = line;
    if (mine != null && !isFresh()) {
      askedAt = System.nanoTime();
      asked = ProgressBoard.ask(mine.subject(), group, within);
    }
  }

  private boolean isFresh() {
    return asked != null && System.nanoTime() - askedAt < FRESH;
  }

  /**
   * What all ranks say, in words; empty if nothing is known of any other.
   *
   * @param reason what is told already
   * @param within how long to wait for it at most
   */
  String words(int worldSize, String reason, Duration within) {
    ask(within);
    CompletableFuture<ProgressBoard.Answers> answers;
    synchronized (this) {
      answers = asked;
    }
    if (answers == null) {
      return "";
    }
    try {
      long millis = within.plusMillis(400).toMillis(); // for the way of the answers
      return ProgressWords.of(worldSize, reason, answers.get(millis, TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException none) {
      return "";
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /** This rank's end of the communicator has ended. */
  synchronized void close() {
    if (line != null) {
      line.close();
      line = null;
    }
  }
}
