package org.jccl.sim.comm.life;

import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Waits until everything issued on one rank's communicator is done (rule LIF-02), and since 2.31.2
 * also for the finalize of all ranks of its host (rule VER-13).
 */
public final class FinalizeJob extends Job {
  /** From here on the ranks of a host meet in it. */
  private static final int MEETING = 23102;

  private final CommLifecycle life;
  private final boolean meeting;
  private boolean idle;
  private boolean waited;

  private FinalizeJob(CommLifecycle life, boolean meeting) {
    super(life.simulation().kernel());
    this.life = life;
    this.meeting = meeting;
  }

  /** The program's call for {@code life}. */
  public static FinalizeJob of(CommLifecycle life) {
    return new FinalizeJob(life, life.simulation().version() >= MEETING);
  }

  /** For {@code life}, whose work is interrupted: nobody is waited for. */
  public static FinalizeJob alone(CommLifecycle life) {
    return new FinalizeJob(life, false);
  }

  @Override
  protected void begin() {
    life.whenIdle(this::idle);
  }

  private void idle() {
    idle = true;
    Endpoint endpoint = meeting ? life.endpoint() : null;
    if (endpoint == null || isExcused(life)) {
      settle(0);
      return;
    }
    List<FinalizeJob> all = endpoint.shared().finalizing();
    all.add(this);
    List.copyOf(all).forEach(FinalizeJob::look);
    if (!isSettled()) {
      waited = true;
      endpoint.member().comm().whenStopped(why -> settle(0));
    }
  }

  /** Goes on if nobody is missing any more. */
  void look() {
    if (missing().isEmpty()) {
      settle(0);
    }
  }

  private static boolean isExcused(CommLifecycle other) {
    return other.isAborted() || other.refusal() != null;
  }

  /** The ranks of its host that have not come: the last Destroy comes too late for it (LIF-07). */
  private List<CommMember> missing() {
    Endpoint endpoint = life.endpoint();
    if (!idle || endpoint == null || isExcused(life)) {
      return List.of();
    }
    List<CommLifecycle> come =
        endpoint.shared().finalizing().stream().map(FinalizeJob::life).toList();
    List<CommMember> missing = new ArrayList<>();
    for (CommLifecycle other : endpoint.shared().lives()) {
      Endpoint its = other.endpoint();
      boolean meets = other.device().isBeside(life.device()) && !isExcused(other);
      if (its != null && meets && !come.contains(other)) {
        missing.add(its.member());
      }
    }
    return missing;
  }

  @Override
  public boolean isTold() {
    return !meeting;
  }

  @Override
  protected void tellsBegin(Steering steering) {
    life.tellsLeaving(steering);
  }

  @Override
  public void tellsEnd(Steering steering) {
    if (waited) {
      steering.unknown();
    } else {
      life.tellsIdle(steering);
    }
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
  public Nature nature() {
    return idle ? Nature.END : Nature.HOST;
  }

  @Override
  public String communicator() {
    Endpoint endpoint = life.endpoint();
    return endpoint == null ? "" : endpoint.member().comm().name();
  }

  @Override
  public List<Integer> ranks() {
    return missing().stream().map(CommMember::driver).distinct().sorted().toList();
  }

  @Override
  public List<String> reasons() {
    Endpoint endpoint = life.endpoint();
    List<Integer> ranks = missing().stream().map(CommMember::rank).toList();
    return endpoint == null ? List.of() : endpoint.member().comm().whoClosed(ranks);
  }

  @Override
  public String describe() {
    Wait busy = idle ? null : life.busyWith();
    if (busy != null) {
      return busy.describe();
    }
    return waited
        ? "the other ranks of its host in ncclCommFinalize of " + life + " (VER-13)"
        : "the end of " + life;
  }

  @Override
  public Wait root() {
    Wait busy = busy();
    return busy == null ? this : busy.root();
  }

  @Override
  public boolean passesEvent() {
    Wait busy = busy();
    return busy != null && busy.passesEvent();
  }

  private @Nullable Wait busy() {
    return idle ? null : life.busyWith();
  }
}
