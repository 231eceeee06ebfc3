package org.jccl.sim.kernel;

/**
 * What happened, as a running hash over logical numbers (never addresses or times of day): two runs
 * with equal hashes took the same decisions in the same order.
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

  private long hash = 0x243F6A8885A308D3L;
  private long events;

  /** Adds one event with up to three numbers. */
  public void add(Event event, long a, long b, long c) {
    hash = mix(hash ^ mix(event.ordinal() + 1 + mix(a) + 31 * mix(b ^ 0x5DEECE66DL)) + 17 * c);
    events++;
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
