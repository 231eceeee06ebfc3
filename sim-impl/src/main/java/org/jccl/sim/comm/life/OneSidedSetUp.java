package org.jccl.sim.comm.life;

/** All ranks issue their first one-sided call (rule RMA-07). */
public final class OneSidedSetUp extends HostJob {
  /** The part of {@code life}'s rank. */
  public OneSidedSetUp(CommLifecycle life) {
    super(life, "the set-up of one-sided operations (RMA-07)");
  }

  @Override
  protected void done(HostCollective meeting) {
    own().oneSided().becomeReady();
  }
}
