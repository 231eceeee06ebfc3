package org.jccl.sim.comm.life;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Destroy or abort: the last rank of a communicator in the process waits for the work of all, the
 * others return at once (rules LIF-07, LIF-08, LIF-14).
 */
public final class ReclaimJob extends Job {
  private final CommLifecycle life;
  private final Runnable begun;

  /** Whether it has waited for what other ranks still did. */
  private boolean waits;

  private int busy;

  /** Ends {@code life}; {@code begun} is run when its handle stops being valid. */
  public ReclaimJob(CommLifecycle life, Runnable begun) {
    super(life.simulation().kernel());
    this.life = life;
    this.begun = begun;
  }

  @Override
  protected void begin() {
    begun.run();
    Endpoint endpoint = life.endpoint();
    if (endpoint != null) {
      if (!life.isAborted() && life.refusal() == null) {
        endpoint.leave(window -> false);
      }
      endpoint.registrations().end();
    }
    if (endpoint == null || !life.isReady()) {
      life.end(); // it was never created: there are no other ranks to wait for
      settle(0);
      return;
    }
    boolean isProgramsCall = false; // what a program leaves open is closed behind its end
    boolean last = endpoint.member().comm().reclaim();
    if (!life.isAborted() && life.simulation().isChecking()) {
      HostTask task = life.simulation().kernel().holder();
      boolean isOver = task != null && task.isProgramOver();
      String site = isOver ? CallSite.UNKNOWN : CallSite.current();
      isProgramsCall = CallSite.isKnown(site);
      endpoint.member().leaves(site);
      endpoint.shared().departures().leaves(endpoint.member(), last, site);
    }
    if (life.isAborted()) {
      List.copyOf(endpoint.shared().finalizing()).forEach(FinalizeJob::look);
    }
    List<ReclaimJob> leaving = endpoint.shared().leaving();
    if (last) {
      leaving.forEach(ReclaimJob::look);
      reclaimAll(endpoint.shared().lives());
      return;
    }
    Wait busy = life.busyWith();
    if (busy != null && life.simulation().isChecking()) {
      life.leftInFlight(CallSite.current());
    }
    if (life.simulation().findings().isStrict() && isProgramsCall) {
      leaving.add(this);
      endpoint.member().comm().whenStopped(why -> settle(0));
      leaving.forEach(ReclaimJob::look);
    } else {
      settle(0);
    }
  }

  @Override
  public boolean isTold() {
    return !life.simulation().findings().isStrict() && !life.isAborted();
  }

  @Override
  protected void tellsBegin(Steering steering) {
    life.tellsLeaving(steering);
    Endpoint endpoint = life.endpoint();
    if (endpoint != null) {
      steering.effect(endpoint.launches(), Effect.READ);
    }
  }

  @Override
  public void tellsEnd(Steering steering) {
    if (waits) {
      steering.unknown();
    }
  }

  /** Strict: the ranks of a host end a communicator together (LIF-09). */
  private void look() {
    if (awaited().isEmpty()) {
      settle(0);
    }
  }

  /**
   * The programs that have not ended any rank of it yet. One that drives several ends them one
   * after the other: to wait for the rest of them would keep it from that.
   */
  private List<Integer> awaited() {
    Endpoint endpoint = life.endpoint();
    if (endpoint == null || life.isAborted() || life.refusal() != null) {
      return List.of();
    }
    List<CommMember> members = endpoint.member().comm().present();
    Set<Object> come = new HashSet<>();
    for (CommMember member : members) {
      if (member.left() != null || member.isOver()) {
        come.add(program(member));
      }
    }
    return members.stream()
        .filter(other -> !come.contains(program(other)))
        .map(CommMember::driver)
        .distinct()
        .sorted()
        .toList();
  }

  /** Who makes the calls of a rank: a rank program, or a thread of the user's. */
  private static Object program(CommMember member) {
    HostTask task = member.caller().task();
    return task == null || task.isOwned() ? (Object) member.driver() : task;
  }

  private void reclaimAll(List<CommLifecycle> lives) {
    busy = 1;
    for (CommLifecycle each : lives) {
      if (!each.isFinalizeCalled()) {
        busy++;
        each.whenIdle(() -> oneIdle(lives));
      }
    }
    oneIdle(lives);
    waits = busy > 0;
  }

  private void oneIdle(List<CommLifecycle> lives) {
    if (--busy == 0) {
      lives.forEach(CommLifecycle::end);
      Endpoint endpoint = life.endpoint();
      ReportBuilder unreceived = null;
      if (endpoint != null) {
        unreceived = endpoint.shared().findUnreceived();
        endpoint.shared().over();
      }
      if (unreceived == null) {
        settle(0);
      } else {
        settle(life.simulation().findings().keep(unreceived));
      }
    }
  }

  @Override
  public CommLifecycle life() {
    return life;
  }

  @Override
  public boolean endsCommunicator() {
    return true;
  }

  @Override
  public List<Integer> ranks() {
    return waitsFor() == null ? awaited() : List.of();
  }

  @Override
  public Nature nature() {
    return Nature.END;
  }

  @Override
  public String communicator() {
    Endpoint endpoint = life.endpoint();
    return endpoint == null ? "" : endpoint.member().comm().name();
  }

  private @Nullable Wait waitsFor() {
    Endpoint endpoint = life.endpoint();
    if (endpoint == null) {
      return null;
    }
    for (CommLifecycle each : busy > 0 ? endpoint.shared().lives() : List.<CommLifecycle>of()) {
      Wait launch = each.busyWith();
      if (launch != null) {
        return launch;
      }
    }
    return null;
  }

  @Override
  public String describe() {
    Wait launch = waitsFor();
    return "the end of " + life + (launch == null ? "" : ", where " + launch.describe() + " runs");
  }

  @Override
  public Wait root() {
    Wait busy = waitsFor();
    return busy == null ? this : busy.root();
  }

  @Override
  public boolean passesEvent() {
    Wait busy = waitsFor();
    return busy != null && busy.passesEvent();
  }
}
