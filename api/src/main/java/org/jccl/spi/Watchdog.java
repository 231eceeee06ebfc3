package org.jccl.spi;

import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jccl.Communicator.State;
import org.jccl.ProcessGroup;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Ends communicators that can no longer go on: a member's process has ended, NCCL has found an
 * error, a rank has closed it or ended without a call that another waits for, or work is older than
 * the operation's time-out. NCCL itself then waits for ever (LIF-14). One daemon thread a process
 * looks at all of them twenty times a second; a call costs nothing.
 *
 * <p>How old work is, is found from outside: a mark is set at the end of each stream that the
 * communicator uses. A mark that is not reached within the time-out says that something before it
 * has been under way for as long. Streams that capture are left alone (STR-26).
 */
final class Watchdog {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** How long a rank has to say how far it is, at least. */
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A rank that has made no call for so long may wait for one that will not come. */
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private static final Watchdog OF_PROCESS = new Watchdog();

  /** A communicator as the watchdog sees it; every method may be called by any thread. */
  interface Watched {
    /** {@return the state as it was last known} */
    State lastState();

    /** {@return what NCCL says is wrong, in words; empty while nothing is} */
    Optional<String> failure();

    /** {@return how old work may become, if there is a limit} */
    Optional<TimeLimit> operationLimit();

    /** {@return the streams on which it may have work} */
    List<Stream> usedStreams();

    /** {@return how many calls were issued} */
    long callsMade();

    /** {@return whether collectives are being issued: the library may wait for peers there} */
    boolean isIssuing();

    /** {@return whether a thread is inside a call} */
    boolean isInCall();

    /** {@return the function that the library is in, if a thread is inside a call} */
    String inside();

    /**
     * {@return which rank has closed it, or ended, without a collective that this one has issued
     * and waits for, in words; empty while none is known} Asks them all now and then. Never waits.
     */
    Optional<String> closedEarly();

    /**
     * Something has nearly taken too long: asks the other ranks how far they are. Never waits.
     *
     * @param left what is left of the time
     */
    void isNearItsLimit(Duration left);

    /**
     * Ends it, and says why in whatever is thrown from now on.
     *
     * @param why why it ends, in words
     * @param isLate whether something takes too long, and nothing is known to have ended
     */
    void end(String why, boolean isLate);
  }

  private final Map<Watched, Watch> watches = new ConcurrentHashMap<>();
  private boolean runs;

  private Watchdog() {}

  /**
   * Watches a communicator until it ends.
   *
   * @param group whose members are those of the communicator, or null
   */
  static void watch(Watched communicator, @Nullable ProcessGroup group) {
    OF_PROCESS.add(communicator, group);
  }

  private synchronized void add(Watched communicator, @Nullable ProcessGroup group) {
    // Who is watched for a time-out alone may get a group later, not the other way round.
    watches.merge(
        communicator,
        new Watch(communicator, group),
        (before, now) -> group == null ? before : now);
    if (!runs) {
      runs = true;
      Thread.ofPlatform().daemon().name("jccl-watchdog").start(this::run);
    }
  }

  private void run() {
    while (goesOn()) {
      for (Iterator<Watch> each = watches.values().iterator(); each.hasNext(); ) {
        Watch watch = each.next();
        try {
          if (!watch.look(System.nanoTime())) {
            each.remove();
          }
        } catch (RuntimeException broken) {
          each.remove();
          ClosingLog.failed(watch.communicator + ": it is not watched any more", broken);
        }
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
  }

  /** The thread ends with the last communicator; the next one starts another. */
  private synchronized boolean goesOn() {
    runs = !watches.isEmpty();
    return runs;
  }

  /** What is known of one communicator. */
  static final class Watch {
    final Watched communicator;
    private final @Nullable ProcessGroup group;
    private final @Nullable TimeLimit limit;
    private final Map<Stream, Mark> marks = new IdentityHashMap<>();

    /** How long before the limit the other ranks are asked. */
    private final long early;

    /** How long a mark that is reached stands for what comes after it. */
    private final long between;

    private long calls = -1;
    private long callSince;
    private long callsBefore = -1;
    private long quietSince;

    Watch(Watched communicator, @Nullable ProcessGroup group) {
      this.communicator = communicator;
      this.group = group;
      this.limit = communicator.operationLimit().orElse(null);
      long nanos = limit == null ? 0 : limit.nanos();
      this.early = Math.min(nanos / 4, TimeUnit.MILLISECONDS.toNanos(1_500));
      this.between = Math.clamp(nanos / 16, TICK_NANOS, 10 * TICK_NANOS);
    }

    /** Whether it is still to be watched. */
    boolean look(long now) {
      State state = communicator.lastState();
      if (state == State.CLOSED || state == State.ABORTED) {
        return false;
      }
      if (group != null && group.spansProcesses()) {
        Optional<String> lost = group.lostMember();
        if (lost.isPresent()) {
          return end(lost.get(), false);
        }
        Optional<String> failure = communicator.failure();
        if (failure.isPresent()) {
          return end(failure.get(), false);
        }
      }
      if (isQuiet(now)) {
        Optional<String> early = communicator.closedEarly();
        if (early.isPresent()) {
          return end(early.get(), false);
        }
      }
      return limit == null || !isLate(limit, now);
    }

    private boolean isQuiet(long now) {
      long made = communicator.callsMade();
      if (made != callsBefore) {
        callsBefore = made;
        quietSince = now;
      }
      return (made > 0 || communicator.isIssuing()) && now - quietSince > QUIET_NANOS;
    }

    private boolean isLate(TimeLimit most, long now) {
      long age = callAge(now);
      for (Mark mark : marks.values()) {
        age = mark.reached.isDone() ? age : Math.max(age, now - mark.set);
      }
      if (age > most.nanos() - early) {
        communicator.isNearItsLimit(Duration.ofNanos(Math.max(early, ANSWER_NANOS)));
      }
      if (callAge(now) > most.nanos()) {
        end(
            "a call of the library has not come back for "
                + most
                + " (operationTimeout): "
                + communicator.inside(),
            true);
        return true;
      }
      for (Stream stream : communicator.usedStreams()) {
        if (isLate(stream, most, now)) {
          end("work on " + stream + " has not ended in " + most + " (operationTimeout)", true);
          return true;
        }
      }
      return false;
    }

    /** How long the library has been in one and the same call. */
    private long callAge(long now) {
      long made = communicator.callsMade();
      if (!communicator.isInCall() || made != calls) {
        calls = made;
        callSince = now;
      }
      return now - callSince;
    }

    private boolean isLate(Stream stream, TimeLimit most, long now) {
      Mark mark = marks.get(stream);
      if (mark != null && !mark.reached.isDone()) {
        return now - mark.set > most.nanos();
      }
      if (mark == null || now - mark.set > between) {
        try {
          if (stream.isClosed()) {
            marks.remove(stream);
          } else if (!stream.isCapturing() && !stream.isIdle()) {
            marks.put(stream, new Mark(now, stream.completion()));
          }
        } catch (RuntimeException notNow) {
          // It was closed, or a capture began, between the question and the mark.
          marks.remove(stream);
        }
      }
      return false;
    }

    /** On a thread of its own: an abort may take its time, and others have to be ended, too. */
    private boolean end(String why, boolean isLate) {
      Thread.ofPlatform()
          .daemon()
          .name("jccl-watchdog-abort")
          .start(() -> communicator.end(why, isLate));
      return false;
    }
  }

  /** A mark at the end of a stream. */
  private record Mark(long set, CompletableFuture<Void> reached) {}
}
