package org.jccl.sim.comm.creation;

import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.sim.algo.Allowed;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.Job;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/** One rank's part in the creation of a communicator (rules INIT-02 to INIT-09). */
public final class InitJob extends Job {
  /** How a rank finds the creation it takes part in. */
  @FunctionalInterface
  interface Place {
    /** The creation. Throws a {@link CollectiveException} if there is none. */
    Creation find();
  }

  private final CommLifecycle life;
  private final int rank;
  private final int worldSize;
  private final Place place;
  private @Nullable Creation creation;

  InitJob(CommLifecycle life, int rank, int worldSize, Place place) {
    super(life.simulation().kernel());
    this.life = life;
    this.rank = rank;
    this.worldSize = worldSize;
    this.place = place;
  }

  @Override
  protected void begin() {
    if (!life.config().hasNetwork()) {
      throw new CollectiveException(
          ResultCode.INVALID_USAGE,
          "no network module is called " + life.config().netName() + " (CFG-17)");
    }
    Allowed.parse(life.simulation().environment()); // ENV-06: refused before the ranks meet
    Creation own = place.find();
    creation = own;
    own.join(this, rank, worldSize);
  }

  /** All ranks are there. */
  void created() {
    life.complete();
    settle(0);
  }

  void failed(RuntimeException why) {
    settle(why);
  }

  @Override
  protected void ended(int result) {
    if (result != 0) {
      life.store(result); // INIT-18: all that is left to do is to abort it
    }
  }

  @Override
  public void giveUp() {
    Creation own = creation;
    if (own != null && !isSettled()) {
      own.leave(this, rank);
    }
    settle(ResultCode.INTERNAL_ERROR.code()); // a secondary code (INIT-19)
  }

  /** The communicator that is created. */
  @Override
  public CommLifecycle life() {
    return life;
  }

  @Override
  public boolean creates() {
    return true;
  }

  @Override
  public String describe() {
    Creation own = creation;
    return own == null ? "the creation of a communicator" : own.describe();
  }

  @Override
  public Wait root() {
    Creation own = creation;
    return own == null ? this : own;
  }

  @Override
  public List<Integer> ranks() {
    Creation own = creation;
    return own == null ? List.of() : own.ranks();
  }
}
