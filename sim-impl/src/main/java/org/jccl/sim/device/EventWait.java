package org.jccl.sim.device;

import org.jspecify.annotations.Nullable;

/** A stream's wait for one record of an event. */
final class EventWait extends StreamOp {
  private final @Nullable Recording recording;

  EventWait(SimStream stream, @Nullable Recording recording) {
    super(stream);
    this.recording = recording;
  }

  @Override
  protected void reached() {
    if (recording == null || recording.isReached()) {
      super.reached();
    } else {
      recording.addWaiter(this);
    }
  }

  @Override
  protected void perform() {}

  @Override
  protected long duration() {
    return recording == null ? 0 : Math.max(0, recording.time() - stream().clock());
  }

  @Override
  public String describe() {
    return "event wait on " + stream();
  }
}
