package org.jccl.sim.device;

/**
 * A part of some memory whose content means nothing: nobody has written it, or an operation that
 * should have has not.
 *
 * @param offset where it begins, in bytes
 * @param bytes how long it is
 * @param words where it comes from, for people
 * @param isStale whether an operation should have written it, and a fault kept it from that
 */
public record Undefined(long offset, long bytes, String words, boolean isStale) {
  /** What lies between {@code from} and {@code to}, relative to {@code from}; empty if nothing. */
  public Undefined within(long from, long to) {
    long first = Math.max(offset, from);
    long end = Math.min(offset + bytes, to);
    return new Undefined(first - from, Math.max(0, end - first), words, isStale);
  }

  /** The same behind {@code by} other bytes. */
  public Undefined moved(long by) {
    return new Undefined(offset + by, bytes, words, isStale);
  }
}
