package org.jccl.sim.comm.match;

import java.util.ArrayList;
import java.util.List;
import org.jccl.ops.Operation;
import org.jccl.sim.check.Clock;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/** A launch as its calls see it: whose it is, what is in it, and when it has started. */
public abstract class RunningLaunch implements Wait {
  private final CommMember member;
  private final @Nullable HostTask issuer;
  private final long issueNumber;
  private List<LaunchedCall> parts = List.of();
  private long start;
  private @Nullable Clock order;
  private boolean cancelled;

  /** A launch of {@code member}; {@code issuer} is the thread that issues it, or null. */
  protected RunningLaunch(CommMember member, @Nullable HostTask issuer) {
    this.member = member;
    this.issuer = issuer;
    this.issueNumber = issuer == null ? 0 : issuer.issueNumber();
  }

  /** Whose it is. */
  public final CommMember member() {
    return member;
  }

  /** The thread that issued it. */
  public final @Nullable HostTask issuer() {
    return issuer;
  }

  /** Which of that thread's calls or groups it belongs to. */
  public final long issueNumber() {
    return issueNumber;
  }

  /** Its calls, without one-sided ones. */
  public final List<LaunchedCall> parts() {
    return parts;
  }

  /** One more call. */
  protected final void with(LaunchedCall part) {
    parts = with(parts, part);
  }

  /** A list of one, as mostly, costs less than one that can grow. */
  protected static <T> List<T> with(List<T> list, T one) {
    if (list.isEmpty()) {
      return List.of(one);
    }
    List<T> more = list.size() == 1 ? new ArrayList<>(list) : list;
    more.add(one);
    return more;
  }

  /** How many calls it holds, one-sided ones too. */
  public abstract int members();

  /** Whether it has a message of that direction for {@code peer}. */
  public final boolean holds(Operation operation, int peer) {
    for (LaunchedCall part : parts) {
      if (part.request.operation() == operation && part.request.rootOrPeer() == peer) {
        return true;
      }
    }
    return false;
  }

  /** Virtual time at which it started, in nanoseconds. */
  public final long startTime() {
    return start;
  }

  /** It starts at virtual time {@code time}. */
  protected final void startsAt(long time) {
    start = time;
  }

  /** What is ordered before its end; null where nobody keeps that, or before it has started. */
  public final @Nullable Clock order() {
    return order;
  }

  /** That is ordered before its end. */
  protected final void isOrdered(Clock clock) {
    order = clock;
  }

  /** Whether it was given up. */
  public final boolean isCancelled() {
    return cancelled;
  }

  /** It is given up. */
  protected final void isGivenUp() {
    cancelled = true;
  }

  /** One call is done, at virtual time {@code time}. */
  public abstract void partDone(long time);
}
