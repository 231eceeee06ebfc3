package org.jccl.sim.device;

import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.Clock;
import org.jspecify.annotations.Nullable;

/** The record of an event under capture: a place in the graph, which each launch reaches anew. */
final class CapturedRecord {
  private final Capture capture;

  /** The captured work that is ordered before it. */
  private final Clock before;

  private final String site = CallSite.current();

  /** The record of the launch that is being enqueued. */
  private @Nullable EventCompletion completion;

  private CapturedRecord(Capture capture, Clock before) {
    this.capture = capture;
    this.before = before;
  }

  /** Records the record of an event on a stream that {@code capture} captures. */
  static CapturedRecord of(Capture capture, SimStream stream) {
    CapturedRecord made = new CapturedRecord(capture, capture.before(stream));
    capture.addMarker(map -> made.replay(map.of(stream)));
    return made;
  }

  private void replay(SimStream on) {
    EventRecord marker = new EventRecord(on);
    completion = marker.completion();
    on.enqueue(marker);
  }

  Capture capture() {
    return capture;
  }

  /** Records that {@code stream} waits for it; the stream takes part in the capture now. */
  void awaitedBy(SimStream stream) {
    capture.joinedBy(stream, before);
    capture.addMarker(map -> replayWait(map.of(stream)));
  }

  private void replayWait(SimStream on) {
    on.enqueue(new EventWait(on, completion));
  }

  /** What the host is told that asks for it or waits for it (rule STR-25). */
  IllegalStateException refusal(String what) {
    return new IllegalStateException(
        "an event that was recorded under capture, at "
            + site
            + ", cannot be "
            + what
            + ": it stands for no work that runs, and CUDA answers cudaErrorCapturedEvent (907);"
            + " record it again behind the launch of the graph (STR-25)");
  }
}
