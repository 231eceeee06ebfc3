package org.jccl.spi;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CallListener;
import org.jccl.CallMemory;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Device;
import org.jccl.Event;
import org.jccl.IssuedCall;
import org.jccl.Stream;
import org.jccl.WorkFailedException;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the listeners of one rank's end when calls have run, and how long the device was at them:
 * an event before and one behind each call, or behind each stream of a group. Events and entries
 * are used again, so that a call allocates nothing once there are enough of them.
 *
 * <p>Nobody waits for an event. They are looked at when the thread that makes the calls has waited
 * for a stream, when many calls are not told yet, and at the end.
 */
final class Completions {
  /** Tells of one call. */
  @FunctionalInterface
  interface Told {
    void completed(IssuedCall call, double micros);
  }

  private static final System.Logger LOG = System.getLogger("org.jccl");
  private static final int MANY = 64;

  private final CallListener.Endpoint where;
  private final Device device;
  private final Told told;
  private final ArrayDeque<Entry> spareEntries = new ArrayDeque<>();
  private final ArrayDeque<Span> spareSpans = new ArrayDeque<>();
  private final List<Span> allSpans = new ArrayList<>();
  private final List<OwnedStream> heard = new ArrayList<>();
  private final Runnable whenAwaited = this::awaited;

  /** Calls that are being issued: those of a group. */
  private final ArrayDeque<Entry> begun = new ArrayDeque<>();

  /** Calls that were issued, oldest first. */
  private final List<Entry> issued = new ArrayList<>();

  private int patience = MANY;
  private boolean isTelling;
  private boolean isBroken;
  private @Nullable Thread caller;

  Completions(CallListener.Endpoint where, Device device, Told told) {
    this.where = where;
    this.device = device;
    this.told = told;
  }

  /** What lies between two events of one stream: a call, or what a group has there. */
  private static final class Span {
    final Event begin;
    final Event end;
    @Nullable Stream stream;
    boolean isEnded;
    int calls;

    Span(Device device) {
      begin = device.newEvent();
      end = device.newEvent();
    }
  }

  /** One call on its way. */
  private static final class Entry extends ShownCall {
    @Nullable Span span;

    Entry(CallListener.Endpoint where) {
      super(where, true, kept -> CallMemory.PLAIN);
    }
  }

  /** Before the listeners hear of a call: tells of earlier ones if they are many. */
  void before(ShownCall call) {
    caller = Thread.currentThread();
    if (issued.size() >= patience && !call.isCaptured()) {
      tell();
      patience = Math.max(MANY, 2 * issued.size());
    }
  }

  /** The call is issued next. */
  void begin(ShownCall call) {
    Entry entry = spareEntries.poll();
    entry = entry == null ? new Entry(where) : entry;
    entry.span = null;
    begun.add(entry);
    if (isBroken || call.isCaptured()) {
      return; // A graph's events stand for no work that runs (STR-25).
    }
    try {
      entry.span = spanOn(call.stream());
    } catch (RuntimeException failed) {
      broken(failed);
    }
  }

  private Span spanOn(Stream stream) {
    for (Entry other : begun) {
      Span span = other.span;
      if (span != null && !span.isEnded && span.stream == stream) {
        span.calls++;
        return span;
      }
    }
    listenTo(stream);
    Span span = spareSpans.poll();
    if (span == null) {
      span = new Span(device);
      allSpans.add(span);
    }
    span.stream = stream;
    span.isEnded = false;
    span.calls = 1;
    span.begin.record(stream);
    return span;
  }

  private void listenTo(Stream stream) {
    if (stream instanceof OwnedStream own && !heard.contains(own)) {
      heard.removeIf(Stream::isClosed);
      heard.add(own);
      own.addWaitListener(whenAwaited);
    }
  }

  /** The call, or its group, was issued. */
  void end(ShownCall call) {
    Entry entry = begun.poll();
    if (entry == null) {
      return;
    }
    Span span = entry.span;
    if (span == null || isBroken) {
      spareEntries.add(entry);
      return;
    }
    entry.copy(call);
    if (!span.isEnded) {
      span.isEnded = true;
      try {
        span.end.record(call.stream());
      } catch (RuntimeException failed) {
        broken(failed);
        return;
      }
    }
    issued.add(entry);
  }

  /** A call that was begun has failed. */
  void failed() {
    Entry entry = begun.poll();
    if (entry != null) {
      giveBack(entry);
    }
  }

  private void giveBack(Entry entry) {
    Span span = entry.span;
    if (span != null && --span.calls == 0) {
      span.stream = null;
      spareSpans.add(span);
    }
    entry.span = null;
    spareEntries.add(entry);
  }

  /** A thread has waited for one of the streams; another one than the caller's leaves it to it. */
  private void awaited() {
    if (caller == Thread.currentThread() && begun.isEmpty()) {
      tell();
    }
  }

  /** Tells of all that have run. */
  private void tell() {
    if (isTelling || isBroken) {
      return;
    }
    isTelling = true;
    int kept = 0;
    try {
      for (int i = 0; i < issued.size(); i++) {
        Entry entry = issued.get(i);
        if (!hasRun(entry)) {
          issued.set(kept++, entry);
        }
      }
      issued.subList(kept, issued.size()).clear();
    } catch (RuntimeException failed) {
      broken(failed);
    } finally {
      isTelling = false;
    }
  }

  private boolean hasRun(Entry entry) {
    Span span = entry.span;
    if (span == null) {
      return true;
    }
    if (!span.end.isReached()) {
      return false;
    }
    told.completed(entry, span.end.microsSince(span.begin));
    giveBack(entry);
    return true;
  }

  private void broken(RuntimeException failed) {
    isBroken = true;
    issued.clear();
    LOG.log(Level.WARNING, where + ": completions are not told any more", failed);
  }

  /**
   * Waits for the streams on which calls were timed; false if they do not come to rest in time.
   *
   * @param found where it goes what their work has failed with
   */
  boolean await(TimeLimit left, List<CollectiveException> found) {
    for (Entry entry : List.copyOf(issued)) {
      Span span = entry.span;
      Stream stream = span == null ? null : span.stream;
      if (stream == null || stream.isClosed() || stream.isCapturing()) {
        continue;
      }
      try {
        stream.synchronize(left.duration());
      } catch (CollectiveTimeoutException late) {
        LOG.log(Level.WARNING, where + ": closed before all calls have run", late);
        return false;
      } catch (CollectiveException failed) {
        found.add(failed);
        if (!(failed instanceof WorkFailedException)) {
          return false;
        }
      }
    }
    return true;
  }

  /** The end: what has run is told, the rest never. */
  void close() {
    tell();
    heard.forEach(stream -> stream.removeWaitListener(whenAwaited));
    for (Span span : allSpans) {
      try {
        span.begin.close();
        span.end.close();
      } catch (RuntimeException failed) {
        ClosingLog.failed(where + ": freeing an event failed", failed);
      }
    }
  }
}
