package org.jccl.sim.kernel;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Steps that wait for a virtual time. Virtual time goes on to it when nothing else can happen, in
 * one order with the limits of waits.
 */
final class VirtualAlarms {
  private record Alarm(long time, long number, SimStep step) {}

  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::time).thenComparingLong(Alarm::number));
  private long made;

  void set(long time, SimStep step) {
    alarms.add(new Alarm(time, made++, step));
  }

  boolean isEmpty() {
    return alarms.isEmpty();
  }

  /** When the next one is due; {@link Long#MAX_VALUE} if there is none. */
  long next() {
    Alarm first = alarms.peek();
    return first == null ? Long.MAX_VALUE : first.time;
  }

  /** The next one is due; false if there is none. */
  boolean ring(EventLoop loop) {
    Alarm first = alarms.poll();
    if (first == null) {
      return false;
    }
    loop.makeReady(first.step);
    return true;
  }
}
