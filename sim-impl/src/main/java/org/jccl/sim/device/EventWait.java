package org.jccl.sim.device;

import java.util.List;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/** A stream's wait for one record of an event. */
final class EventWait extends StreamOp {
  private final @Nullable EventCompletion completion;

  EventWait(SimStream stream, @Nullable EventCompletion completion) {
    super(stream);
    this.completion = completion;
    if (completion != null && completion.source().stream().context() != stream.context()) {
      stream.context().awaitsOtherDevice();
    }
  }

  @Override
  protected void reached() {
    if (completion == null || completion.isReached()) {
      super.reached();
    } else {
      completion.addWaiter(this);
    }
  }

  @Override
  public Wait root() {
    StreamOp head = isReached() ? null : completionStream().head();
    return head == null ? this : head.root();
  }

  @Override
  public boolean passesEvent() {
    return !isReached();
  }

  private boolean isReached() {
    return completion == null || completion.isReached();
  }

  private SimStream completionStream() {
    return completion == null ? stream() : completion.source().stream();
  }

  @Override
  public List<StreamOp> waitsFor() {
    List<StreamOp> ahead = super.waitsFor();
    if (completion != null && !completion.isReached()) {
      ahead.add(completion.source());
    }
    return ahead;
  }

  @Override
  public void needs(Steering steering) {
    super.needs(steering);
    if (completion != null) {
      steering.follows(completion);
    }
  }

  @Override
  protected void perform() {
    Clock learned = completion == null ? null : completion.clock();
    if (learned != null) {
      stream().learn(learned);
    }
  }

  @Override
  protected long duration() {
    return completion == null ? 0 : Math.max(0, completion.time() - earliestStart());
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
