package org.jccl.sim.device;

import java.util.Objects;
import org.jccl.CollectiveException;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.Stream;
import org.jccl.sim.check.HappensBefore;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.Lifetimes;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/** A marker in simulated streams; each record is a {@link EventCompletion} of its own. */
final class SimEvent implements Event, SimStream.Marker {
  private final DeviceContext context;
  private @Nullable EventCompletion completion;

  /** Its last record was captured: in that case it has no completion. */
  private @Nullable CapturedRecord captured;

  private final Lifetimes.Origin origin;
  private boolean closed;

  SimEvent(DeviceContext context) {
    this.context = context;
    this.origin = context.simulation().lifetimes().open(Lifetimes.Kind.EVENT, context.index());
  }

  static SimEvent own(Event event) {
    if (event instanceof SimEvent own) {
      return own;
    }
    throw new IllegalArgumentException("the event belongs to another backend");
  }

  @Override
  public Device device() {
    return context.device();
  }

  @Override
  public void awaitedBy(SimStream stream) {
    Kernel kernel = context.simulation().kernel();
    HostTask task = kernel.enter();
    try {
      kernel.calls(task, context.index(), "wait_event");
      tells(kernel, task, this, Effect.READ);
      CapturedRecord record = captured;
      if (record != null) {
        stream.requireOpen();
        awaitCaptured(stream, record);
      } else if (stream.capture() == null) {
        stream.submit("wait_event", on -> new EventWait(on, completion));
      } else if (completion != null) {
        throw crossing(stream, Objects.requireNonNull(stream.capture()));
      }
    } finally {
      kernel.exit(task);
    }
  }

  /** Rules STR-27, STR-28. */
  private static void awaitCaptured(SimStream stream, CapturedRecord record) {
    Capture own = stream.capture();
    Capture capture = record.capture();
    if (capture.isEnded()) {
      String words = stream + " waits for an event whose last record is in a graph";
      String cuda = "cudaErrorInvalidValue (1): record the event anew (STR-27)";
      throw own == null ? Capture.failure(cuda, words) : own.spoil(cuda, words);
    }
    if (own != null && own != capture) {
      String words =
          stream
              + ", captured from "
              + own.begun()
              + ", waits for an event of another capture, begun at "
              + capture.begun();
      capture.spoil("", words);
      throw own.spoil("cudaErrorStreamCaptureMerge (902), both are invalid now (STR-27)", words);
    }
    record.awaitedBy(stream);
  }

  private static void tells(Kernel kernel, HostTask task, @Nullable Object thing, Effect effect) {
    Steering steering = kernel.steering();
    if (steering != null) {
      kernel.declares(task);
      if (thing != null) {
        steering.effect(thing, effect);
      }
    }
  }

  private static CollectiveException crossing(SimStream stream, Capture capture) {
    return capture.spoil(
        "cudaErrorStreamCaptureIsolation (905): wait before the capture begins (STR-27)",
        stream
            + " is being captured, from "
            + capture.begun()
            + ", and waits for an event that was recorded outside of the capture");
  }

  @Override
  public void record(Stream stream) {
    SimStream own = context.own(stream);
    Kernel kernel = context.simulation().kernel();
    HostTask task = kernel.enter();
    try {
      kernel.calls(task, context.index(), "record");
      tells(kernel, task, this, Effect.WRITE);
      if (closed) {
        throw new IllegalStateException("the event is closed");
      }
      Capture capture = own.capture();
      if (capture != null) {
        own.requireOpen();
        captured = CapturedRecord.of(capture, own);
        completion = null;
      } else {
        own.submit("record", this::marker);
      }
    } finally {
      kernel.exit(task);
    }
  }

  private EventRecord marker(SimStream on) {
    EventRecord marker = new EventRecord(on);
    completion = marker.completion();
    captured = null;
    return marker;
  }

  /** Rule STR-25. */
  private void requireNotCaptured(String what) {
    if (captured != null) {
      throw captured.refusal(what);
    }
  }

  @Override
  public void synchronize() {
    Kernel kernel = context.simulation().kernel();
    HostTask task = kernel.enterToWait();
    try {
      kernel.calls(task, context.index(), "event_synchronize");
      requireNotCaptured("waited for");
      kernel.declares(task);
      EventCompletion last = completion;
      if (last != null && !last.isReached()) {
        last.addWaiter(task);
        kernel.await(task, last::isReached, new EventSync(last));
      }
      Steering steering = kernel.steering();
      if (steering != null && last != null) {
        steering.effect(this, Effect.READ);
        steering.follows(last);
      }
      learn(task, last);
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public boolean isReached() {
    Kernel kernel = context.simulation().kernel();
    HostTask task = kernel.enter();
    try {
      requireNotCaptured("asked");
      tells(kernel, task, this, Effect.READ);
      EventCompletion last = completion;
      tells(kernel, task, last, Effect.READ);
      if (last != null && !last.isReached()) {
        kernel.ask(task, new EventSync(last));
        tells(kernel, task, last, Effect.READ);
      }
      if (last != null && last.isReached()) {
        learn(task, last);
      }
      return last == null || last.isReached();
    } finally {
      kernel.exit(task);
    }
  }

  private void learn(HostTask task, @Nullable EventCompletion reached) {
    if (reached != null) {
      context.simulation().drawWait(task, context.index(), reached.time(), "an event");
      task.waitedUntil(reached.time());
    }
    HappensBefore order = context.simulation().order();
    Clock clock = reached == null ? null : reached.clock();
    if (order != null && clock != null) {
      order.learned(task, clock);
    }
    if (reached != null) {
      if (context.hostUses().isUsed()) {
        context.hostUses().learned(task);
      }
    }
  }

  /** A host thread's wait for one record. */
  private final class EventSync implements Wait {
    private final EventCompletion awaited;

    EventSync(EventCompletion awaited) {
      this.awaited = awaited;
    }

    @Override
    public String describe() {
      return "an event of device " + context.index() + ", behind " + root().describe();
    }

    @Override
    public Wait root() {
      StreamOp head = awaited.source().stream().head();
      return head == null ? Wait.of("nothing") : head.root();
    }

    @Override
    public boolean passesEvent() {
      StreamOp head = awaited.source().stream().head();
      return head != null && head.passesEvent();
    }
  }

  @Override
  public double microsSince(Event earlier) {
    return (reachedAt() - own(earlier).reachedAt()) / 1000.0;
  }

  private long reachedAt() {
    requireNotCaptured("measured from");
    EventCompletion last = completion;
    Steering steering = context.simulation().kernel().steering();
    if (steering != null && last != null) {
      steering.effect(last, Effect.READ);
    }
    if (last == null || !last.isReached()) {
      throw new IllegalStateException(
          last == null ? "the event was never recorded" : "the event is not reached yet");
    }
    return last.time();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      context.simulation().lifetimes().close(origin);
    }
  }
}
