package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jccl.sim.kernel.HostTask;
import org.jspecify.annotations.Nullable;

/**
 * The communicators of one rank that share resources: a parent and what was split from it with
 * splitShare. Their operations run one after the other, and an abort stops all (rule SPL-09).
 */
public final class Family {
  private final List<Life> members = new ArrayList<>(1);
  private @Nullable Launch last;
  private @Nullable HostTask waiter;
  private @Nullable OpenGroup openGroup;
  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();

  /** The thread that waits inside a call on a member, or null. */
  void waits(@Nullable HostTask task) {
    waiter = task;
  }

  @Nullable HostTask waiter() {
    return waiter;
  }

  /** The group that holds calls on a member, or null. */
  public void joined(@Nullable OpenGroup group) {
    openGroup = group;
  }

  public @Nullable OpenGroup openGroup() {
    return openGroup;
  }

  /**
   * The calling thread comes in; the thread that is inside, or null. Cheap, and so no lock: it
   * notices what really overlaps.
   */
  @Nullable Thread comesIn() {
    Thread other = inside.getAcquire();
    Thread self = Thread.currentThread();
    if (other == null) {
      inside.setRelease(self);
      return null;
    }
    return other == self ? null : other;
  }

  void goesOut() {
    if (inside.getPlain() == Thread.currentThread()) {
      inside.setRelease(null);
    }
  }

  void add(Life member) {
    members.add(member);
  }

  void remove(Life member) {
    members.remove(member);
  }

  List<Life> members() {
    return List.copyOf(members);
  }

  /** Puts {@code launch} behind all that the family has issued, and on its streams. */
  void enqueue(Launch launch) {
    Launch before = last;
    last = launch;
    launch.enqueue(before);
  }
}
