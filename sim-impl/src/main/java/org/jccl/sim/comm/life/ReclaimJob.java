package org.jccl.sim.comm.life;

import java.util.List;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Destroy or abort: the last rank of a communicator in the process waits for the work of all, the
 * others return at once (rules LIF-07, LIF-08, LIF-14).
 */
public final class ReclaimJob extends Job {
  private final CommLifecycle life;
  private final Runnable begun;
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
        endpoint.leave();
      }
      endpoint.registrations().end();
    }
    if (endpoint == null || !life.isReady()) {
      life.end(); // it was never created: there are no other ranks to wait for
      settle(0);
    } else if (endpoint.member().comm().reclaim()) {
      reclaimAll(endpoint.shared().lives());
    } else {
      Wait busy = life.busyWith();
      if (busy != null && life.simulation().isChecking()) {
        life.leftInFlight(CallSite.current());
      }
      settle(0);
    }
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
  }

  private void oneIdle(List<CommLifecycle> lives) {
    if (--busy == 0) {
      lives.forEach(CommLifecycle::end);
      Endpoint endpoint = life.endpoint();
      if (endpoint != null) {
        endpoint.shared().over();
      }
      settle(0);
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

  private @Nullable Wait waitsFor() {
    Endpoint endpoint = life.endpoint();
    if (endpoint == null) {
      return null;
    }
    for (CommLifecycle each : endpoint.shared().lives()) {
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
