package org.jccl.sim.device;

import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.sim.kernel.Step;
import org.jccl.sim.kernel.Trace;
import org.jccl.sim.kernel.Wait;

/** One piece of work on one stream. It runs when it is at the head and whatever else it needs. */
public abstract class StreamOp extends Step implements Wait {
  private final SimStream stream;
  private long number;
  private Access accesses = Access.NONE;

  /** Work for {@code stream}; {@link SimStream#enqueue} puts it there. */
  protected StreamOp(SimStream stream) {
    this.stream = stream;
  }

  /** The stream it belongs to. */
  public final SimStream stream() {
    return stream;
  }

  /** Its number on the stream, from 0. */
  public final long number() {
    return number;
  }

  final void numbered(long value) {
    number = value;
  }

  /** Declares that this work reads or writes a range of its device's memory. */
  protected final void uses(long address, long bytes, boolean writes) {
    if (bytes > 0) {
      accesses = new Access(this, address, address + bytes, writes, accesses);
    }
  }

  /** Whether it reads or writes any of a range. */
  public final boolean touches(long start, long end) {
    for (Access a = accesses; a != null && a != Access.NONE; a = a.next) {
      if (a.overlaps(start, end)) {
        return true;
      }
    }
    return false;
  }

  final Access accesses() {
    return accesses;
  }

  /** It is now at the head of its stream: by default it can run. */
  protected void reached() {
    stream.device().world().kernel().makeReady(this);
  }

  /** Does the work. */
  protected abstract void perform();

  /** How long it takes, in virtual nanoseconds. */
  protected abstract long duration();

  @Override
  protected final void run() {
    begin();
    try {
      perform();
    } catch (RuntimeException | Error broken) {
      // Thrown here it would end whichever rank's thread happens to run this step.
      stream.fail(failure(broken));
    }
    stream.finish(this, stream.clock() + duration());
  }

  private CollectiveException failure(Throwable broken) {
    return new CollectiveException(
        ResultCode.UNHANDLED_CUDA_ERROR, describe() + " failed: " + broken, broken);
  }

  /** Traces the start of the work and looks for what it races with. */
  public final void begin() {
    SimDevice device = stream.device();
    device
        .world()
        .kernel()
        .trace()
        .add(Trace.Event.EXECUTE, device.index(), stream.number(), number);
    device.hazards().check(this);
  }
}
