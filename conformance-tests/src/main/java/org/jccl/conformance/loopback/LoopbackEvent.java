package org.jccl.conformance.loopback;

import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Stream;

/**
 * A simulated event that belongs to a loopback device.
 *
 * @param device what it says it belongs to
 * @param simulated what does the work
 */
record LoopbackEvent(Device device, Event simulated) implements Event {
  /** The simulated event behind one of ours. */
  static Event simulated(Event event) {
    if (event instanceof LoopbackEvent own) {
      return own.simulated;
    }
    throw new IllegalArgumentException(event + " is not an event of the loopback");
  }

  @Override
  public void record(Stream stream) {
    simulated.record(LoopbackStream.simulated(stream));
  }

  @Override
  public void synchronize() {
    simulated.synchronize();
  }

  @Override
  public boolean isReached() {
    return simulated.isReached();
  }

  @Override
  public double microsSince(Event earlier) {
    return simulated.microsSince(simulated(earlier));
  }

  @Override
  public void close() {
    simulated.close();
  }
}
