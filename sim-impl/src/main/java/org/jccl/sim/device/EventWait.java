package org.jccl.sim.device;

import java.util.List;
import org.jccl.sim.check.Clock;
import org.jccl.sim.kernel.Wait;
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
  public Wait root() {
    StreamOp head = isReached() ? null : recordingStream().head();
    return head == null ? this : head.root();
  }

  @Override
  public boolean passesEvent() {
    return !isReached();
  }

  private boolean isReached() {
    return recording == null || recording.isReached();
  }

  private SimStream recordingStream() {
    return recording == null ? stream() : recording.source().stream();
  }

  @Override
  public List<StreamOp> waitsFor() {
    List<StreamOp> ahead = super.waitsFor();
    if (recording != null && !recording.isReached()) {
      ahead.add(recording.source());
    }
    return ahead;
  }

  @Override
  protected void perform() {
    Clock done = stream().done();
    Clock learned = recording == null ? null : recording.clock();
    if (done != null && learned != null) {
      done.join(learned);
    }
  }

  @Override
  protected long duration() {
    return recording == null ? 0 : Math.max(0, recording.time() - earliestStart());
  }

  @Override
  protected String label() {
    return "wait for event";
  }

  @Override
  public String describe() {
    return "event wait on " + stream();
  }
}
