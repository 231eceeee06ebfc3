package org.jccl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jccl.RanksFailedException.RankFailure;
import org.jspecify.annotations.Nullable;

/** One call of {@link Ranks#run}: its ranks' communicators, and what went wrong in what order. */
final class RankRun implements RankHost.Body {
  /** Beyond the time in which communicators close. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  static final String RUNNING = "running";

  /** Its thread does not end. */
  static final String LEFT = "left behind";

  private final Backend backend;
  private final int worldSize;
  private final CommunicatorConfig config;
  private final List<String> args;
  private final RankProgram program;
  private final List<ProcessGroup> groups;
  private final AtomicReferenceArray<@Nullable Communicator> communicators;
  private final AtomicReferenceArray<@Nullable RunningRank> running;
  private final List<RankFailure> failures = new ArrayList<>();

  /** Ranks that were left behind: the report is written, nothing of theirs counts any more. */
  private final Set<Integer> left = ConcurrentHashMap.newKeySet();

  /** Set once, under the lock of {@link #failures}; read without. */
  private volatile boolean failed;

  RankRun(
      Backend backend,
      int worldSize,
      CommunicatorConfig config,
      List<String> args,
      RankProgram program) {
    this.backend = backend;
    this.worldSize = worldSize;
    this.config = config;
    this.args = List.copyOf(args);
    this.program = program;
    this.groups = backend.rankHost().processGroups(worldSize);
    this.communicators = new AtomicReferenceArray<>(worldSize);
    this.running = new AtomicReferenceArray<>(worldSize);
  }

  void run() {
    MemoryReserve.hold();
    Throwable hostFailure = null;
    try {
      backend.rankHost().run(worldSize, this);
    } catch (InterruptedException interrupt) {
      abortAll();
      Thread.currentThread().interrupt();
      throw interrupted(interrupt);
    } catch (RuntimeException | Error failure) {
      hostFailure = failure;
      abortAll();
    }
    if (hostFailure instanceof ReportedMisuse late && failures().isEmpty()) {
      fail(oneOf(late.ranks()), "ending", late);
      hostFailure = null;
    }
    List<RankFailure> all = failures();
    if (!all.isEmpty()) {
      raise(FailureReport.toThrow(backend, worldSize, all, hostFailure));
    } else if (hostFailure != null) {
      raise(hostFailure);
    }
  }

  private int oneOf(List<Integer> ranks) {
    return ranks.stream().filter(rank -> rank >= 0 && rank < worldSize).findFirst().orElse(0);
  }

  private static void raise(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  private CollectiveException interrupted(InterruptedException cause) {
    CollectiveException failure =
        new CollectiveException(
            ResultCode.UNKNOWN,
            "interrupted while " + worldSize + " ranks ran on backend " + backend.name(),
            cause);
    failures().forEach(rank -> failure.addSuppressed(rank.cause()));
    return failure;
  }

  /** One rank, from its handshake to its close. Throws nothing: it is what a rank's thread runs. */
  @Override
  public void run(int rank) {
    String phase = "opening";
    try {
      Device device = backend.devices().get(rank);
      Communicator communicator =
          Handshake.open(groups.get(rank), device, config, made -> opened(rank, made));
      RunningRank self = new RunningRank(backend, communicator, groups.get(rank), args);
      running.set(rank, self);
      // All or none: no program starts while a rank may still fail to open.
      groups.get(rank).barrier(config.initTimeout());
      phase = RUNNING;
      backend.rankHost().begins(rank);
      program.run(self);
    } catch (Throwable failure) {
      if (failure instanceof OutOfMemoryError) {
        MemoryReserve.release();
      }
      if (!backend.rankHost().isGone(rank)) {
        fail(rank, phase, backend.rankHost().explain(failure));
      }
    } finally {
      close(rank);
    }
  }

  @Override
  public boolean hasFailed() {
    return failed;
  }

  @Override
  public Duration grace() {
    Duration close = config.closeTimeout();
    return close.compareTo(GRACE) > 0 ? close.plus(GRACE) : GRACE.multipliedBy(2);
  }

  @Override
  public void leave(int rank, Thread thread, @Nullable RuntimeException why) {
    CollectiveException still =
        new CollectiveException(
            ResultCode.REMOTE_ERROR,
            "the thread of rank " + rank + " does not end, it is " + thread.getState());
    still.setStackTrace(thread.getStackTrace());
    left.add(rank);
    if (why != null) {
      fail(rank, RUNNING, why);
    }
    fail(rank, LEFT, still);
  }

  /** A communicator exists; if the run has failed meanwhile nobody else will abort it. */
  private void opened(int rank, Communicator communicator) {
    communicators.set(rank, communicator);
    if (failed) {
      abort(rank);
    }
  }

  private void close(int rank) {
    running.set(rank, null);
    if (left.contains(rank)) {
      return; // its world is gone
    }
    if (backend.rankHost().isGone(rank)) {
      groups.get(rank).close(); // nobody closes what a process had that is gone
      return;
    }
    backend.rankHost().ended(rank);
    Thread.interrupted(); // This thread ends here: no mark may cut the closing short.
    Communicator communicator = communicators.get(rank);
    try {
      if (communicator != null) {
        if (failed) {
          abort(rank); // it waits for nobody, however far the one who failed first has come
        }
        communicator.close();
      }
    } catch (Throwable failure) {
      if (!backend.rankHost().isGone(rank)) {
        fail(rank, "closing", failure);
      }
    } finally {
      groups.get(rank).close();
    }
  }

  private void fail(int rank, String phase, Throwable failure) {
    boolean first;
    synchronized (failures) {
      first = failures.isEmpty();
      boolean secondary =
          !first && FailureReport.isConsequence(failure, failures.getFirst().cause());
      failures.add(new RankFailure(rank, phase, failure, secondary));
      failed = true;
    }
    if (first) {
      backend.rankHost().failed(rank, failure);
    }
    // The place in the group first: who waits there learns the reason that has a name.
    groups.get(rank).close();
    if (first) {
      abortAll();
    }
  }

  private void abortAll() {
    failed = true;
    for (int rank = 0; rank < worldSize; rank++) {
      abort(rank);
      RunningRank one = running.get(rank);
      if (one != null) {
        one.interruptBlocking();
      }
    }
  }

  private void abort(int rank) {
    Communicator communicator = communicators.get(rank);
    if (communicator == null || communicator.state() == Communicator.State.CLOSED) {
      return;
    }
    try {
      communicator.abort();
    } catch (RuntimeException | Error failure) {
      synchronized (failures) {
        failures.add(new RankFailure(rank, "aborting", failure, !failures.isEmpty()));
      }
    }
  }

  private List<RankFailure> failures() {
    synchronized (failures) {
      return List.copyOf(failures);
    }
  }
}
