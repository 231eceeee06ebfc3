package org.jccl.sim.comm.life;

import java.util.List;
import org.jccl.ResultCode;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Host work of one rank that a group's end does after creations and before launches, together with
 * all ranks of the communicator (rule GRP-10, phase 2). One rank's jobs are done one after the
 * other; the first failure ends those behind it.
 */
public abstract class HostJob extends Job implements HostQueue.Turn, HostCollective.Participant {
  private final CommLifecycle life;
  private final Endpoint endpoint;
  private final String purpose;
  private @Nullable HostCollective assembly;

  /**
   * For the rank of {@code life}; all ranks must make jobs of the same purpose in the same order.
   */
  protected HostJob(CommLifecycle life, String purpose) {
    this(life, life.operations(), purpose);
  }

  private HostJob(CommLifecycle life, Endpoint endpoint, String purpose) {
    super(endpoint.member().comm().simulation().kernel());
    this.life = life;
    this.endpoint = endpoint;
    this.purpose = purpose;
  }

  /** The parts of the rank whose work it is. */
  final Endpoint own() {
    return endpoint;
  }

  @Override
  public final int rank() {
    return endpoint.member().rank();
  }

  /**
   * Checks what is local, before the other ranks are met.
   *
   * @return NCCL's result code
   */
  protected int check() {
    return 0;
  }

  /** Brings to the meeting what this rank has. */
  protected void bring(HostCollective meeting) {}

  /** Whether what the ranks brought goes together: NCCL's result code, the same on all. */
  protected int agreed(HostCollective meeting) {
    return 0;
  }

  /** All ranks have come, and agree. */
  protected abstract void done(HostCollective meeting);

  @Override
  protected final void begin() {
    endpoint.member().learn();
    if (endpoint.hostQueue().add(this)) {
      carryOut();
    }
  }

  @Override
  public final void carryOut() {
    int code = check();
    if (code != 0) {
      settle(code);
    } else {
      life.whenIdle(this::meet);
    }
  }

  private void meet() {
    RuntimeException refusal = life.refusal();
    if (refusal != null) {
      settle(refusal);
    } else if (!isSettled()) {
      HostCollective meeting = endpoint.shared().assemblies().join(endpoint.member(), purpose);
      assembly = meeting;
      meeting.knows(endpoint.member().known());
      bring(meeting);
      endpoint.shared().assemblies().arrive(meeting, this);
    }
  }

  @Override
  public final void assembled(HostCollective meeting) {
    HappensBefore order = life.simulation().order();
    HostTask task = endpoint.member().caller().task();
    if (order != null && task != null) {
      order.learned(task, meeting.known()); // the hosts have met
    }
    int code = agreed(meeting);
    if (code == 0) {
      done(meeting);
    }
    settle(code);
  }

  @Override
  public final void skip(int result) {
    settle(result);
  }

  @Override
  public final void failed(RuntimeException why) {
    settle(why);
  }

  @Override
  protected final void ended(int result) {
    endpoint.hostQueue().over(this, result);
  }

  @Override
  public final void giveUp() {
    settle(ResultCode.INTERNAL_ERROR.code());
  }

  @Override
  public final boolean meets() {
    return true;
  }

  @Override
  public final CommLifecycle life() {
    return life;
  }

  @Override
  public final String describe() {
    Wait busy = assembly == null ? life.busyWith() : null;
    return busy == null ? purpose + " of " + endpoint.member().comm().name() : busy.describe();
  }

  @Override
  public final Nature nature() {
    return Nature.CREATION;
  }

  @Override
  public final Wait root() {
    Wait busy = assembly == null ? life.busyWith() : null;
    return busy == null ? this : busy.root();
  }

  @Override
  public final List<Integer> ranks() {
    HostCollective meeting = assembly;
    Wait busy = life.busyWith();
    if (meeting != null) {
      return meeting.missing();
    }
    return busy == null ? List.of() : busy.ranks();
  }
}
