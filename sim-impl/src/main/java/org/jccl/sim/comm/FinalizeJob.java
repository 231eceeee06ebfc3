package org.jccl.sim.comm;

import java.util.List;

/** Waits until everything issued on one rank's communicator is done (rule LIF-02). */
public final class FinalizeJob extends Job {
  private final Life life;

  /** For {@code life}. */
  public FinalizeJob(Life life) {
    super(life.world().kernel());
    this.life = life;
  }

  @Override
  protected void begin() {
    life.whenIdle(() -> settle(0));
  }

  @Override
  protected void giveUp() {
    settle(0);
  }

  @Override
  protected Life life() {
    return life;
  }

  @Override
  public String describe() {
    Launch busy = life.busyWith();
    return busy == null ? "the end of " + life : busy.describe();
  }

  @Override
  public List<Integer> ranks() {
    Launch busy = life.busyWith();
    return busy == null ? List.of() : busy.ranks();
  }
}
