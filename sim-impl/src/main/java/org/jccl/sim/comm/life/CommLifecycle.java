package org.jccl.sim.comm.life;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.jccl.CommunicatorAbortedException;
import org.jccl.ResultCode;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.comm.Abortable;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.CommOrigin;
import org.jccl.sim.comm.Config;
import org.jccl.sim.comm.ThreadGuard;
import org.jccl.sim.comm.launch.Launch;
import org.jccl.sim.comm.launch.LaunchChain;
import org.jccl.sim.comm.launch.LaunchQueue;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Rethrown;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * One rank's communicator from the call that asks for it to its end: what a handle stands for. It
 * knows the state (chapter 3 of the rule book), its {@link Endpoint} the operations; that is there
 * as soon as the rank has joined.
 */
public final class CommLifecycle implements LaunchQueue.Owner {
  /** All leaving of communicators: a rank that goes on with another one is compared with it. */
  private static final String DEPARTURES = "departures";

  private static final int IN_PROGRESS = ResultCode.IN_PROGRESS.code();

  private final Simulation simulation;
  private final SimDevice device;
  private final Config config;
  private final boolean blocking;
  private final SharedResources family;
  private final CommOrigin origin;
  private @Nullable Endpoint endpoint;
  private boolean ready;
  private int state;
  private @Nullable Abortable run;
  private @Nullable RuntimeException stopped;
  private boolean finalizeCalled;
  private boolean destroyCalled;
  private @Nullable String destroyedAt;
  private boolean revoked;
  private boolean aborted;
  private boolean closed;
  private boolean givenUp;
  private final List<Runnable> whenIdle = new ArrayList<>(1);

  private CommLifecycle(
      Simulation simulation,
      SimDevice device,
      Config config,
      SharedResources family,
      CommOrigin origin) {
    this.origin = origin;
    this.simulation = simulation;
    this.device = device;
    this.config = config;
    this.blocking = config.isBlocking();
    this.family = family;
    family.add(this);
  }

  /** A communicator that shares nothing, bound to {@code device} (rule INIT-01). */
  public static CommLifecycle begin(Simulation simulation, SimDevice device, Config config) {
    CommOrigin origin = CommOrigin.ofWorld(simulation.kernel());
    return new CommLifecycle(simulation, device, config, new SharedResources(), origin);
  }

  /** A child on the same device (rule SPL-06), of the same family if it shares (SPL-09). */
  public CommLifecycle child(Config own, boolean shares) {
    CommOrigin made =
        CommOrigin.ofChild(simulation.kernel(), endpoint == null ? null : endpoint.member());
    return new CommLifecycle(
        simulation, device, own, shares ? family : new SharedResources(), made);
  }

  /** Tells that this rank leaves it: others see that if they go on to use it. */
  void tellsLeaving(Steering steering) {
    Endpoint own = endpoint;
    if (own == null) {
      steering.unknown();
    } else {
      steering.effect(own.member().comm(), Effect.LEAVE);
      steering.effect(DEPARTURES, Effect.LEAVE);
    }
  }

  /** Tells that what this rank has launched on it is looked at, or was waited for. */
  public void tellsIdle(Steering steering) {
    Endpoint own = endpoint;
    Launch last = own == null ? null : own.launches().last();
    if (last != null && last.isDone()) {
      steering.follows(last.end());
    } else if (last != null) {
      steering.unknown();
    }
  }

  /** The simulation. */
  public Simulation simulation() {
    return simulation;
  }

  /** The device it is bound to. */
  public SimDevice device() {
    return device;
  }

  /** Who asked for it. */
  CommOrigin origin() {
    return origin;
  }

  /** Its effective configuration. */
  public Config config() {
    return config;
  }

  /** Notices a second thread inside calls on it, or on one it shares resources with. */
  public ThreadGuard guard() {
    return family.guard();
  }

  /** Whether it shares resources with others (rule LIF-22). */
  public boolean isShared() {
    return family.isShared();
  }

  LaunchChain launches() {
    return family.launches();
  }

  /** Whether calls wait for their host side work. */
  public boolean isBlocking() {
    return blocking;
  }

  @Override
  public void waits(@Nullable HostTask task) {
    family.guard().waits(task);
  }

  /**
   * Throws if another thread is inside a call on it, or on one it shares resources with (INIT-21;
   * SIM-42, SIM-49).
   *
   * @param other the thread that was found inside, or null
   */
  public void requireAlone(HostTask task, @Nullable Thread other) {
    if (endpoint != null && (other != null || family.guard().waiter() != null)) {
      family.guard().requireAlone(endpoint.member(), task, other);
    }
  }

  // ---------------------------------------------------------------- creation

  void joined(Endpoint own) {
    endpoint = own;
  }

  public void left() {
    endpoint = null;
  }

  /** What has to come before its state can change. */
  public Wait progress() {
    Abortable work = run;
    return work == null ? Wait.of("a change of the state of " + this) : work.waitsFor();
  }

  /** All ranks have joined. */
  public void complete() {
    ready = true;
  }

  /** Whether its creation has succeeded. */
  public boolean isReady() {
    return ready;
  }

  /** Its operations, or null as long as it has not joined. */
  public @Nullable Endpoint endpoint() {
    return endpoint;
  }

  /** The operations of a communicator that is ready. */
  public Endpoint operations() {
    Endpoint own = endpoint;
    if (own == null || !ready) {
      throw new IllegalStateException("this communicator is not created yet (INIT-22)");
    }
    return own;
  }

  // ---------------------------------------------------------------- state

  /** What the async error query stores: 0, in progress, or the sticky error (rule ERR-04). */
  public int state() {
    RuntimeException why = refusal();
    return why == null || revoked ? state : ResultCode.REMOTE_ERROR.code();
  }

  /** The result of background work, or an error that stays (rule ERR-05). */
  public void store(int code) {
    state = code;
  }

  /**
   * A failing call on a nonblocking communicator leaves its code behind (rule ERR-05); while work
   * is in progress the state is kept, where NCCL overwrites it (ERR-06, SIM-62).
   */
  public void storeFailure(int code) {
    if (!isBlocking() && state != IN_PROGRESS) {
      state = code;
    }
  }

  /** Rule ARG-02: 0, or why it cannot be used now. */
  public int readyTest() {
    if (aborted || state == 0) {
      return ready || aborted ? 0 : ResultCode.INVALID_ARGUMENT.code(); // INIT-22
    }
    return state == IN_PROGRESS ? ResultCode.INVALID_ARGUMENT.code() : state;
  }

  /** A failure that every further call throws, or null: a misuse, an abort, the end. */
  @Override
  public @Nullable RuntimeException refusal() {
    if (closed && !aborted) {
      return new IllegalStateException(this + " is closed (SIM-33)");
    }
    if (stopped != null) {
      return stopped;
    }
    return endpoint == null ? null : endpoint.member().comm().stopped();
  }

  /** From now on every call throws {@code why}. */
  public void refuse(RuntimeException why) {
    if (stopped == null) {
      stopped = why;
    }
  }

  /**
   * What it has in flight or issues never reaches the other ranks any more.
   *
   * @param code what its asynchronous state is from now on (rule ERR-04); 0 to leave that
   */
  public void breakDown(int code) {
    Endpoint own = endpoint;
    if (own != null) {
      own.launches().lose();
    }
    if (code != 0) {
      state = code;
    }
  }

  /** Whether what it has in flight reaches nobody, and so never ends. */
  public boolean isBrokenDown() {
    Endpoint own = endpoint;
    return own != null && own.launches().isLost();
  }

  /**
   * The program closes it. What never ends is given up: the process that has issued it may be gone,
   * and its device goes on.
   *
   * @param isLibrarys whether a window is not the program's to close
   * @param isAborted whether it was to be aborted, perhaps by a process that was gone by then
   */
  public void leave(LongPredicate isLibrarys, boolean isAborted) {
    if (isBrokenDown() && isAborted) {
      cancel(null);
    } else if (endpoint != null && refusal() == null) {
      endpoint.leave(isLibrarys);
    }
  }

  /** Its rank goes on without some of the others: it shrinks. */
  public void goesOnWithoutOthers() {
    givenUp = true;
  }

  /** Whether its rank does not count on the others any more: it aborts, revokes or shrinks it. */
  public boolean isGivenUp() {
    return givenUp;
  }

  /** The other ranks' ends of the same communicator. */
  public List<CommLifecycle> siblings() {
    Endpoint own = endpoint;
    return own == null
        ? List.of()
        : own.shared().lives().stream().filter(each -> each != this).toList();
  }

  /** Work that belongs to it goes on, or has ended; an abort ends it. */
  public void runs(@Nullable Abortable value) {
    run = value;
  }

  // ---------------------------------------------------------------- ends

  /** Whether finalize was called: revoke counts (rule LIF-20). */
  public boolean isFinalizeCalled() {
    return finalizeCalled;
  }

  /** Notes the call of finalize. */
  public void callFinalize() {
    finalizeCalled = true;
  }

  /** Rule ARG-02: 0, or NCCL's code why it cannot be used; throws why it was stopped. */
  public int usable() {
    RuntimeException why = refusal();
    if (why != null) {
      throw Rethrown.of(why);
    }
    return readyTest();
  }

  /** Throws if it was finalized: nothing may be issued any more (SIM-32). */
  public void requireNotFinalized(String operation) {
    Endpoint own = endpoint;
    if (finalizeCalled && !revoked && own != null && simulation.isChecking()) {
      CommMember member = own.member();
      member.comm().throwIfError(LifecycleReports.usedAfterFinalize(member, operation));
    }
  }

  /** Throws if graphs refer to it: {@code call} would wait for them for ever (SIM-37). */
  public void requireNoGraphs(String call) {
    Endpoint own = endpoint;
    if (own != null && simulation.isChecking() && refusal() == null) {
      CommMember member = own.member();
      member
          .comm()
          .throwIfError(LifecycleReports.graphAlive(member, own.enqueuer().graphs(), call));
    }
  }

  /** Throws if it is suspended: NCCL would free memory that is not mapped (SIM-34). */
  public void requireAwake(String call) {
    Endpoint own = endpoint;
    if (own != null && refusal() == null) {
      own.suspension().requireAwakeAtEnd(call);
    }
  }

  /** Whether destroy or abort was called, with whatever result. */
  public boolean isDestroyCalled() {
    return destroyCalled;
  }

  /** It is destroyed while its work is in flight: harmless until that work's memory is freed. */
  void leftInFlight(String where) {
    destroyedAt = where;
  }

  @Override
  public void goesOn(HostTask task, Launch launch) {
    Steering steering = simulation.kernel().steering();
    if (steering != null) {
      steering.effect(DEPARTURES, Effect.READ);
    }
    Endpoint own = endpoint;
    if (own != null && simulation.isChecking()) {
      own.shared().departures().goesOn(task, launch);
    }
  }

  /** Tells if memory is freed because destroy did not wait (SIM-35). */
  @Override
  public void freesMemoryOf(Launch busy) {
    Endpoint own = endpoint;
    String where = destroyedAt;
    if (own != null && where != null) {
      own.member()
          .comm()
          .throwIfError(LifecycleReports.destroyedInFlight(own.member(), busy, where));
    }
  }

  /** Notes the call of destroy. */
  public void callDestroy() {
    destroyCalled = true;
  }

  /** Whether it was revoked: its operations are refused (rule LIF-19). */
  public boolean isRevoked() {
    return revoked;
  }

  /** Whether it was aborted. */
  boolean isAborted() {
    return aborted;
  }

  /** Whether it has ended. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Raises the abort flag, also of the family: what is in flight ends early and streams go on
   * (rules LIF-14, LIF-15, SPL-09); a creation in progress is given up (LIF-16).
   */
  public void callAbort() {
    givenUp |= !destroyCalled;
    destroyCalled = true;
    Abortable background = run;
    if (background != null) {
      background.abort();
    }
    for (CommLifecycle member : family.members()) {
      if (!member.aborted) {
        member.isNowAborted();
        member.refuse(
            new CommunicatorAbortedException(member + " was aborted by ncclCommAbort", null));
        member.cancel(null);
      }
    }
  }

  /** LifecycleReports what is in flight for good, and refuses operations (rule LIF-18). */
  public void callRevoke() {
    givenUp = true;
    revoked = true;
    finalizeCalled = true;
    interrupt();
  }

  /** LifecycleReports what is in flight early: the communicator stays usable (rule SHR-05). */
  public void interrupt() {
    Abortable background = run;
    if (background != null) {
      background.abort();
    }
    for (CommLifecycle member : family.members()) {
      member.cancel(null);
    }
  }

  private void isNowAborted() {
    aborted = true;
    if (endpoint != null) {
      endpoint.member().abort();
    }
  }

  private void cancel(@Nullable RuntimeException reason) {
    Endpoint own = endpoint;
    if (own != null) {
      own.launches().cancelAll(reason);
    }
  }

  /** Runs {@code then} when nothing that this rank has issued is in flight. */
  void whenIdle(Runnable then) {
    if (busyWith() == null) {
      then.run();
    } else {
      whenIdle.add(then);
    }
  }

  /** What is in flight last, or null. */
  @Nullable Wait busyWith() {
    Endpoint own = endpoint;
    Launch last = own == null ? null : own.launches().last();
    if (last == null || last.isDone() || aborted || revoked || refusal() != null) {
      return null;
    }
    return last.asWait();
  }

  @Override
  public void idle() {
    if (!whenIdle.isEmpty()) {
      List<Runnable> told = List.copyOf(whenIdle);
      whenIdle.clear();
      told.forEach(Runnable::run);
    }
  }

  /** {@code task} has waited for its end: it knows that all it issued is done. */
  public void isKnownIdle(HostTask task) {
    HappensBefore order = simulation.order();
    Endpoint own = endpoint;
    if (order == null || own == null || busyWith() != null) {
      return;
    }
    List<CommLifecycle> all = own.shared().lives();
    boolean isOver = all.stream().allMatch(each -> each.closed); // the last one waits for all
    for (CommLifecycle each : isOver ? all : List.of(this)) {
      Endpoint ended = each.endpoint;
      Clock done = ended == null ? null : ended.launches().order();
      if (done != null) {
        order.learned(task, done);
      }
    }
  }

  /** It has ended. */
  void end() {
    closed = true;
    family.remove(this);
    Endpoint own = endpoint;
    if (own != null) {
      own.end();
    }
  }

  @Override
  public String toString() {
    Endpoint own = endpoint;
    return own == null ? "a communicator that is not created yet" : own.toString();
  }
}
