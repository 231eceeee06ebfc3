package org.jccl.sim.comm;

import java.util.List;
import org.jccl.ResultCode;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Host work of one rank that a group's end does after creations and before launches, together with
 * all ranks of the communicator (rule GRP-10, phase 2). One rank's jobs are done one after the
 * other; the first failure ends those behind it.
 */
public abstract class HostJob extends Job {
  private final Endpoint endpoint;
  private final String purpose;
  private @Nullable Assembly assembly;

  /** For {@code endpoint}; all ranks must make jobs of the same purpose in the same order. */
  protected HostJob(Endpoint endpoint, String purpose) {
    super(endpoint.device().world().kernel());
    this.endpoint = endpoint;
    this.purpose = purpose;
  }

  /** Whose work it is. */
  final Endpoint endpoint() {
    return endpoint;
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
  protected void bring(Assembly meeting) {}

  /** Whether what the ranks brought goes together: NCCL's result code, the same on all. */
  protected int agreed(Assembly meeting) {
    return 0;
  }

  /** All ranks have come, and agree. */
  protected abstract void done(Assembly meeting);

  @Override
  protected final void begin() {
    if (endpoint.queue(this)) {
      carryOut();
    }
  }

  /** It is this job's turn. */
  final void carryOut() {
    int code = check();
    if (code != 0) {
      settle(code);
    } else {
      endpoint.life().whenIdle(this::meet);
    }
  }

  private void meet() {
    RuntimeException refusal = endpoint.refusal();
    if (refusal != null) {
      settle(refusal);
    } else if (!isSettled()) {
      Assembly meeting = endpoint.clique().assemblies().join(endpoint.rank(), purpose);
      assembly = meeting;
      bring(meeting);
      endpoint.clique().assemblies().arrive(meeting, this);
    }
  }

  final void assembled(Assembly meeting) {
    int code = agreed(meeting);
    if (code == 0) {
      done(meeting);
    }
    settle(code);
  }

  final void failed(RuntimeException why) {
    settle(why);
  }

  @Override
  protected final void ended(int result) {
    HostJob next = endpoint.dequeue(this);
    if (next != null && result == 0) {
      next.carryOut();
    } else if (next != null) {
      next.settle(result);
    }
  }

  @Override
  public final void giveUp() {
    settle(ResultCode.INTERNAL_ERROR.code());
  }

  @Override
  public final Life life() {
    return endpoint.life();
  }

  @Override
  public final String describe() {
    Launch busy = assembly == null ? endpoint.life().busyWith() : null;
    return busy == null ? purpose + " of " + endpoint.name() : busy.describe();
  }

  @Override
  public final Nature nature() {
    return Nature.CREATION;
  }

  @Override
  public final Wait root() {
    Launch busy = assembly == null ? endpoint.life().busyWith() : null;
    return busy == null ? this : busy.root();
  }

  @Override
  public final List<Integer> ranks() {
    Assembly meeting = assembly;
    Launch busy = endpoint.life().busyWith();
    if (meeting != null) {
      return meeting.missing();
    }
    return busy == null ? List.of() : busy.ranks();
  }
}
