package org.jccl.sim.kernel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is where a {@link Steering} decides. It is asked only for what can really go on: a
 * host thread that was woken and would wait again is no candidate. Nor is one whose questions were
 * answered with no {@value #NOES} times in a row while another step can run: polling is fair.
 */
final class SteeredTurns {
  /** How often a question may be answered with no while something else could happen. */
  static final int NOES = 2;

  private final Steering steering;
  private final EventLoop.ReadyList ready;
  private final List<SimStep> candidates = new ArrayList<>();

  SteeredTurns(Steering steering, EventLoop.ReadyList ready) {
    this.steering = steering;
    this.ready = ready;
  }

  Steering steering() {
    return steering;
  }

  /**
   * What runs before {@code caller}, which begins a call, goes on: a step, or null.
   *
   * @param mayWait whether another host thread may run first
   */
  @Nullable SimStep takeAtCall(HostTask caller, boolean mayWait, long progress) {
    dropWhoWaitsOn();
    candidates.clear();
    candidates.add(caller);
    for (int i = 0; i < ready.size(); i++) {
      SimStep step = ready.get(i);
      if (mayWait ? !asksInVain(step, progress) : !(step instanceof HostTask)) {
        candidates.add(step);
      }
    }
    Choices.Point point = mayWait ? Choices.Point.YIELD_AT_CALL : Choices.Point.DEVICES_AT_CALL;
    SimStep chosen = candidates.get(steering.next(point, candidates));
    if (chosen == caller) {
      steering.begins(caller, mayWait);
      return null;
    }
    return take(chosen);
  }

  /** What runs next, or null if nothing can. */
  @Nullable SimStep take(long progress) {
    dropWhoWaitsOn();
    candidates.clear();
    for (int i = 0; i < ready.size(); i++) {
      SimStep step = ready.get(i);
      if (!asksInVain(step, progress)) {
        candidates.add(step);
      }
    }
    if (candidates.isEmpty()) {
      for (int i = 0; i < ready.size(); i++) {
        candidates.add(ready.get(i));
      }
    }
    return candidates.isEmpty()
        ? null
        : take(candidates.get(steering.next(Choices.Point.NEXT_STEP, candidates)));
  }

  private SimStep take(SimStep chosen) {
    ready.remove(chosen);
    steering.begins(chosen, true);
    return chosen;
  }

  private static boolean asksInVain(SimStep step, long progress) {
    return step instanceof HostTask task && task.noes > NOES && task.askedAt == progress;
  }

  private void dropWhoWaitsOn() {
    for (int i = ready.size() - 1; i >= 0; i--) {
      SimStep step = ready.get(i);
      if (step instanceof HostTask task && task.wouldWaitAgain()) {
        task.inReady = false;
        ready.remove(step);
      }
    }
  }
}
