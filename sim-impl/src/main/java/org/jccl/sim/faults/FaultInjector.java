package org.jccl.sim.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.FaultRecord;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.CallGate;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Lets the faults of a plan strike: it sees each call as it begins, on the thread that makes it,
 * with the baton in hand. The one place at which faults enter.
 */
public final class FaultInjector implements CallGate {
  private static final int MOST_CALLS = 100_000;

  /** The world in which faults strike. */
  public interface World {
    /**
     * {@return the communicators that a rank has now, also those that it is about to create}
     *
     * @param rank a rank
     */
    List<CommLifecycle> communicators(int rank);

    /**
     * Aborts what a rank has open, as another thread of its process does.
     *
     * @param rank a rank
     */
    void abort(int rank);

    /**
     * {@return the device of a rank}
     *
     * @param rank a rank
     */
    SimDevice device(int rank);

    /** {@return how many devices a host has} */
    int devicesPerHost();
  }

  private final FaultPlan plan;
  private final Kernel kernel;
  private final FaultRecord record;
  private final World world;
  private final Map<Integer, RankCalls> ranks = new HashMap<>();
  private final List<StruckFault> struck = new ArrayList<>();
  private final List<CallPoint> calls = new ArrayList<>();

  /** What ended a rank that hung, and nobody had noticed; or null. */
  private volatile @Nullable CollectiveException verdict;

  /** The calls of one rank so far, and what became of it. */
  private static final class RankCalls {
    private final List<Fault> waiting = new ArrayList<>();
    private final Map<String, Integer> names = new HashMap<>();
    private int openings;
    private int made;
    private boolean hasBegun;
    private long slowness;
    private @Nullable Fault hangs;
    private boolean isBlamed;

    /** How many waits had come to their limits when it began to hang. */
    private long passedBefore;

    private @Nullable RankExit exit;

    CallPoint next(int rank, String call, boolean opens, boolean keepsSite) {
      FaultPoint point =
          opens
              ? new FaultPoint(rank, FaultPoint.OPENING, ++openings)
              : new FaultPoint(rank, FaultPoint.ANY, ++made);
      int nth = names.merge(opens ? "opening " + call : call, 1, Integer::sum);
      String site = keepsSite ? CallSite.current() : null;
      boolean isKnown = site != null && CallSite.isKnown(site);
      return new CallPoint(point, call, nth, isKnown ? site : null);
    }

    /** The first fault that strikes at a call, or null; it strikes no second time. */
    @Nullable Fault take(CallPoint at) {
      for (Fault fault : waiting) {
        FaultPoint point = fault.point();
        boolean isNamed =
            point.call().equals(at.call())
                && point.number() == at.nth()
                && at.point().call().equals(FaultPoint.ANY);
        if (point.equals(at.point()) || isNamed) {
          waiting.remove(fault);
          return fault;
        }
      }
      return null;
    }
  }

  /**
   * What breaks in one world.
   *
   * @param plan what strikes
   * @param kernel the kernel of the world
   * @param record is told what has
   * @param world the world
   */
  public FaultInjector(FaultPlan plan, Kernel kernel, FaultRecord record, World world) {
    this.plan = plan;
    this.kernel = kernel;
    this.record = record;
    this.world = world;
    plan.faults().forEach(fault -> of(fault.point().rank()).waiting.add(fault));
  }

  private synchronized RankCalls of(int rank) {
    return ranks.computeIfAbsent(rank, any -> new RankCalls());
  }

  /**
   * The program of a rank begins: what came before was its opening.
   *
   * @param rank a rank
   */
  public void begins(int rank) {
    of(rank).hasBegun = true;
  }

  /**
   * The program of a rank has ended.
   *
   * @param rank a rank
   */
  public void ends(int rank) {
    of(rank).hasBegun = false;
  }

  /**
   * {@return whether the process of a rank is gone}
   *
   * @param rank a rank
   */
  public boolean isGone(int rank) {
    return of(rank).exit != null;
  }

  /** {@return what has struck so far, what else could, and what came of it} */
  public synchronized FaultLog log() {
    List<Integer> gone =
        ranks.entrySet().stream()
            .filter(each -> each.getValue().exit != null)
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    return new FaultLog(
        plan, struck, calls, record.staleReads(), gone, Optional.ofNullable(record.hang()));
  }

  // ---------------------------------------------------------------- strikes

  @Override
  public void begins(HostTask task, int device, String call) {
    int rank = task.isOwned() ? task.rank() : device;
    RankCalls own = of(rank);
    boolean opens = task.isOwned() && !own.hasBegun;
    boolean keepsSite = plan.isEmpty() || !own.waiting.isEmpty();
    CallPoint at = own.next(rank, call, opens, keepsSite);
    synchronized (this) {
      if (calls.size() < MOST_CALLS) {
        calls.add(at);
      }
    }
    for (Fault fault = own.take(at); fault != null; fault = own.take(at)) {
      StruckFault now = new StruckFault(fault, at);
      synchronized (this) {
        struck.add(now);
      }
      record.struck(now.toString());
      strike(task, own, rank, fault);
    }
    if (own.slowness > 0) {
      kernel.sleep(task, own.slowness, Wait.of("its next call: it is slow"));
    }
  }

  private void strike(HostTask task, RankCalls own, int rank, Fault fault) {
    switch (fault.kind()) {
      case EXCEPTION -> throw new InjectedFaultException(fault);
      case EXIT -> throw exit(task, own, rank, fault);
      case HANG -> hang(task, own, rank, fault, false);
      case SUSPEND -> {
        if (fault.time().equals(Fault.FOREVER)) {
          hang(task, own, rank, fault, true);
        } else {
          kernel.sleep(task, fault.time().toNanos(), Wait.of("the end of '" + fault + "'"));
        }
      }
      case ABORT -> world.abort(rank);
      case ASYNC_ERROR ->
          world.communicators(rank).forEach(each -> each.breakDown(fault.code().code()));
      case SLOW -> own.slowness = fault.time().toNanos();
      case DELAY -> world.device(rank).lagsBy(fault.time().toNanos());
      case LOST_CONNECTION -> disconnect(rank, fault);
      case OUT_OF_MEMORY ->
          throw new CollectiveException(
              ResultCode.UNHANDLED_CUDA_ERROR,
              "out of memory: device " + rank + " has no room for this call (" + fault + ")");
      default -> throw new IllegalStateException(fault.toString());
    }
  }

  private RankExit exit(HostTask task, RankCalls own, int rank, Fault fault) {
    RankExit exit = new RankExit(rank, fault);
    own.exit = exit;
    task.goes(exit);
    world.communicators(rank).forEach(each -> loseTo(each, rank));
    return exit;
  }

  /** Who is connected by a network learns that a peer is gone; others wait for ever (ERR-03). */
  private void loseTo(CommLifecycle own, int rank) {
    own.breakDown(0);
    for (CommLifecycle peer : own.siblings()) {
      if (isRemote(rank, peer)) {
        peer.breakDown(ResultCode.REMOTE_ERROR.code());
      }
    }
  }

  private boolean isRemote(int rank, CommLifecycle peer) {
    int host = world.devicesPerHost();
    return peer.device().index() / host != world.device(rank).index() / host;
  }

  private void disconnect(int rank, Fault fault) {
    for (CommLifecycle own : world.communicators(rank)) {
      boolean hears = own.siblings().stream().anyMatch(peer -> isRemote(rank, peer));
      loseTo(own, rank);
      if (hears) {
        own.breakDown(fault.code().code());
      }
    }
  }

  // ---------------------------------------------------------------- ranks that never go on

  private void hang(HostTask task, RankCalls own, int rank, Fault fault, boolean wholeProcess) {
    own.hangs = fault;
    own.passedBefore = kernel.limitsPassed();
    Wait wait =
        Wait.endless(
            (wholeProcess ? "nothing, it is stopped" : "a call that hangs") + " (" + fault + ")");
    try {
      if (wholeProcess) {
        kernel.stop(task, wait);
      } else {
        kernel.await(task, () -> false, wait);
      }
    } catch (CollectiveException ended) {
      if (own.isBlamed) {
        verdict = ended;
      }
      throw exit(task, own, rank, fault);
    } finally {
      own.hangs = null;
    }
  }

  private boolean isHanging(HostTask task) {
    return task.isOwned() && of(task.rank()).hangs != null;
  }

  /**
   * {@return those of {@code blocked} whose waits a report must end} Ranks that a fault keeps stay
   * where they are as long as others go on. Behind these they are killed if the others have
   * noticed, and have gone on or failed without them; else the run would not end, and that is the
   * report.
   *
   * @param blocked the ranks that wait
   * @param hasFailed whether the run has failed already
   */
  public List<HostTask> toBeTold(List<HostTask> blocked, boolean hasFailed) {
    List<HostTask> others = blocked.stream().filter(task -> !isHanging(task)).toList();
    if (!others.isEmpty()) {
      return others;
    }
    if (hasFailed || blocked.stream().allMatch(this::isGivenUp)) {
      CollectiveException end =
          new CollectiveException(ResultCode.REMOTE_ERROR, "the other ranks have ended");
      blocked.forEach(task -> task.fail(end));
      return List.of();
    }
    blocked.forEach(task -> of(task.rank()).isBlamed = true);
    return blocked;
  }

  /** Whether other ranks have noticed that they cannot count on this one any more. */
  private boolean isGivenUp(HostTask task) {
    return kernel.limitsPassed() > of(task.rank()).passedBefore
        || world.communicators(task.rank()).stream()
            .flatMap(own -> own.siblings().stream())
            .anyMatch(CommLifecycle::isGivenUp);
  }

  /**
   * {@return why a run has failed that hung, or of which no rank is left; null otherwise}
   *
   * @param worldSize number of ranks
   */
  public @Nullable CollectiveException verdict(int worldSize) {
    CollectiveException known = verdict;
    if (known != null) {
      verdict = null;
      return known;
    }
    for (int rank = 0; rank < worldSize; rank++) {
      if (!isGone(rank)) {
        return null;
      }
    }
    return new CollectiveException(
        ResultCode.REMOTE_ERROR, "no rank is left: " + String.join("\n  ", record.causes()));
  }
}
