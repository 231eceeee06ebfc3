package org.jccl.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.OptionalInt;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jccl.CollectiveTimeoutException;
import org.jccl.config.TimeLimit;
import org.jccl.sim.device.CurrentDevice;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.LimitPassed;
import org.jccl.sim.kernel.Wait;
import org.jccl.spi.CallPath;

/**
 * Calls on the calling thread, with a simulated device current. What waits for ever is a deadlock,
 * and the kernel finds it, unless somebody has asked for a limit.
 */
final class SimCallPath implements CallPath {
  private static final Wait UNKNOWN = Wait.of("a change of the state of a communicator");

  private final SimDevice device;
  private final Kernel kernel;
  private Supplier<Wait> question = () -> UNKNOWN;

  SimCallPath(SimDevice device) {
    this.device = device;
    this.kernel = device.simulation().kernel();
  }

  /** Who polls asks for this. */
  void asksFor(Supplier<Wait> progress) {
    question = progress;
  }

  @Override
  public boolean isDirect() {
    return true;
  }

  @Override
  public int call(String what, IntSupplier body) {
    return body.getAsInt();
  }

  @Override
  public OptionalInt callWithin(String what, TimeLimit limit, IntSupplier body) {
    try {
      return OptionalInt.of(kernel.within(limit, () -> CurrentDevice.during(device, body)));
    } catch (LimitPassed passed) {
      throw new CollectiveTimeoutException(passed.words());
    }
  }

  @Override
  public CallPath beside(String name) {
    return this;
  }

  /** A loop that polls lets the other ranks run, and so comes to an end. */
  @Override
  public void pause() {
    HostTask task = kernel.enter();
    try {
      kernel.ask(task, question.get());
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public void pause(TimeLimit left) {
    try {
      kernel.within(
          left,
          () -> {
            pause();
            return left;
          });
    } catch (LimitPassed passed) {
      // The time has come to the limit: the caller looks.
    }
  }

  @Override
  public long now() {
    return kernel.now();
  }

  /** The simulated functions are Java: what they are given may lie on the heap, which is cheap. */
  @Override
  public SegmentAllocator memory() {
    return (bytes, alignment) ->
        MemorySegment.ofArray(new long[Math.toIntExact((bytes + 7) / Long.BYTES)])
            .asSlice(0, bytes);
  }

  @Override
  public void end() {}
}
