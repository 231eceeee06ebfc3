package org.jccl.sim.comm.life;

import org.jccl.ResultCode;
import org.jccl.sim.comm.memory.Suspension;

/** A suspension or a resumption, together with all ranks (rules LIF-21, LIF-23). */
public final class SuspensionJob extends HostJob {
  private final Suspension memory;
  private final boolean away;

  private SuspensionJob(CommLifecycle life, boolean away) {
    super(life, away ? "a suspension" : "a resumption");
    this.memory = own().suspension();
    this.away = away;
  }

  /** Gives the memory back. */
  public static Job suspend(CommLifecycle life) {
    return new SuspensionJob(life, true);
  }

  /** Takes the memory again. */
  public static Job resume(CommLifecycle life) {
    return new SuspensionJob(life, false);
  }

  @Override
  protected int check() {
    // LIF-22: before the other ranks are met
    return memory.isSuspended() == away ? ResultCode.INVALID_USAGE.code() : 0;
  }

  @Override
  protected void done(HostCollective meeting) {
    memory.set(away);
  }
}
