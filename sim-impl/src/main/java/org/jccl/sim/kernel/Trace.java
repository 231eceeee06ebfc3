package org.jccl.sim.kernel;

import org.jspecify.annotations.Nullable;

/**
 * What happened, as a running hash over logical numbers (never addresses or times of day): two runs
 * with equal hashes took the same decisions in the same order. {@link TraceFile} writes the events
 * down.
 */
public final class Trace {
  /** What happened. */
  public enum Event {
    /** A host thread was resumed: its number. */
    RESUME,
    /** A call was enqueued: rank, operation, sequence number. */
    ENQUEUE,
    /** A device operation ran: device, stream, number on the stream. */
    EXECUTE,
    /** A host thread ended: its number. */
    FINISH
  }

  /** Is told of every event as it happens. */
  @FunctionalInterface
  public interface Listener {
    /** One event, with its numbers. */
    void added(Event event, long a, long b, long c);
  }

  private long hash = 0x243F6A8885A308D3L;
  private long events;
  private @Nullable Listener listener;

  /** Tells {@code value} of what happens from now on; called before anything has happened. */
  public void listen(Listener value) {
    listener = value;
  }

  /** Adds one event with up to three numbers. */
  public void add(Event event, long a, long b, long c) {
    long numbers =
        (event.ordinal() + 1) * 0x9E3779B97F4A7C15L
            + a * 0xD1B54A32D192ED03L
            + b * 0xABC98388FB8FAC03L
            + c * 0x8CB92BA72F3D8DD7L;
    hash = mix(hash ^ numbers);
    events++;
    if (listener != null) {
      listener.added(event, a, b, c);
    }
  }

  /** The hash so far. */
  public long hash() {
    return hash;
  }

  /** Number of events so far. */
  public long events() {
    return events;
  }

  private static long mix(long z) {
    long y = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    y = (y ^ (y >>> 27)) * 0x94D049BB133111EBL;
    return y ^ (y >>> 31);
  }
}
