package org.jccl.sim.comm.life;

import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Wait;

/** Waits until everything issued on one rank's communicator is done (rule LIF-02). */
public final class FinalizeJob extends Job {
  private final CommLifecycle life;

  /** For {@code life}. */
  public FinalizeJob(CommLifecycle life) {
    super(life.simulation().kernel());
    this.life = life;
  }

  @Override
  protected void begin() {
    life.whenIdle(() -> settle(0));
  }

  @Override
  public boolean isTold() {
    return true;
  }

  @Override
  protected void tellsBegin(Steering steering) {
    life.tellsLeaving(steering);
  }

  @Override
  public void tellsEnd(Steering steering) {
    life.tellsIdle(steering);
  }

  @Override
  public void giveUp() {
    settle(0);
  }

  @Override
  public CommLifecycle life() {
    return life;
  }

  @Override
  public String describe() {
    Wait busy = life.busyWith();
    return busy == null ? "the end of " + life : busy.describe();
  }

  @Override
  public Wait root() {
    Wait busy = life.busyWith();
    return busy == null ? this : busy.root();
  }

  @Override
  public boolean passesEvent() {
    Wait busy = life.busyWith();
    return busy != null && busy.passesEvent();
  }
}
