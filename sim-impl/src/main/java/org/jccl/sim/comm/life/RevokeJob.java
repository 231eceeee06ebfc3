package org.jccl.sim.comm.life;

/** The rest of a revocation, after what was in flight has been ended (rule LIF-18). */
public final class RevokeJob extends Job {
  private final CommLifecycle life;

  /** For {@code life}, whose {@link CommLifecycle#callRevoke} has been called. */
  public RevokeJob(CommLifecycle life) {
    super(life.simulation().kernel());
    this.life = life;
  }

  @Override
  protected void begin() {
    life.store(0); // also over a stored error
    settle(0);
  }

  @Override
  public CommLifecycle life() {
    return life;
  }

  @Override
  public String describe() {
    return "the revocation of " + life;
  }
}
