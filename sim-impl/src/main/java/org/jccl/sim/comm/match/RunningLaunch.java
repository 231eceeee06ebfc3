package org.jccl.sim.comm.match;

import java.util.List;
import org.jccl.ops.Operation;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Steering;
import org.jspecify.annotations.Nullable;

/** A launch as its calls see it: whose it is, what is in it, and when it has started. */
public interface RunningLaunch {
  /** Whose it is. */
  CommMember member();

  /** The thread that issued it, or null. */
  @Nullable HostTask issuer();

  /** Which of that thread's calls or groups it belongs to. */
  long issueNumber();

  /** Its calls, without one-sided ones. */
  List<LaunchedCall> parts();

  /** How many calls it holds, one-sided ones too. */
  int members();

  /** What it does, in words. */
  String describe();

  /** Virtual time at which it started, in nanoseconds. */
  long startTime();

  /** What is ordered before it; null where nobody keeps that, or before it has started. */
  @Nullable Clock order();

  /** Adds that to what a collective makes common to its ranks. */
  void addOrderTo(Clock.Joint joint);

  /** Its end comes after all that {@code clock} knows. */
  void comesAfter(Clock clock);

  /** Its place on the lane of {@code stream}, which is one of its streams. */
  long placeOn(SimStream stream);

  /** Whether it was given up. */
  boolean isCancelled();

  /** Whoever steers is told what the current event, which is for it, needs and does. */
  void isToldTo(Steering steering);

  /** One call is done, at virtual time {@code time}. */
  void partDone(long time);

  /** Whether it has a message of that direction for {@code peer}. */
  default boolean holds(Operation operation, int peer) {
    for (LaunchedCall part : parts()) {
      if (part.request().operation() == operation && part.request().rootOrPeer() == peer) {
        return true;
      }
    }
    return false;
  }
}
