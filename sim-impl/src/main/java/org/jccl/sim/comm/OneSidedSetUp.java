package org.jccl.sim.comm;

/** All ranks issue their first one-sided call (rule RMA-07). */
public final class OneSidedSetUp extends HostJob {
  /** The part of {@code life}'s rank. */
  public OneSidedSetUp(Life life) {
    super(life, "the set-up of one-sided operations (RMA-07)");
  }

  @Override
  protected void done(Assembly meeting) {
    own().oneSided().becomeReady();
  }
}
