package org.jccl.sim.device;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of some memory whose content means nothing: nobody has written it, or an operation that
 * should have has not.
 *
 * @param offset where it begins, in bytes
 * @param bytes how long it is
 * @param origin where it comes from
 */
public record Undefined(long offset, long bytes, Origin origin) {
  /**
   * Where bytes that mean nothing come from.
   *
   * @param words for people
   * @param senders the ranks that have sent them, as the world knows them
   * @param isStale whether an operation should have written them, and a fault kept it from that
   */
  public record Origin(String words, List<Integer> senders, boolean isStale) {
    private static final int MOST_SENDERS = 4;

    /** Memory that {@code words} name. */
    static Origin of(String words) {
      return new Origin(words, List.of(), false);
    }

    /** The same, sent on by {@code rank}; of a long way only the beginning is told. */
    public Origin sentBy(int rank, String how) {
      if (senders.size() == MOST_SENDERS) {
        return this;
      }
      List<Integer> more = new ArrayList<>(senders);
      more.add(rank);
      return new Origin(words + how, List.copyOf(more), isStale);
    }
  }

  @Override
  public String toString() {
    return "bytes " + offset + " to " + (offset + bytes - 1) + " of it " + origin.words();
  }

  /** What lies between {@code from} and {@code to}, relative to {@code from}; empty if nothing. */
  public Undefined within(long from, long to) {
    long first = Math.max(offset, from);
    long end = Math.min(offset + bytes, to);
    return new Undefined(first - from, Math.max(0, end - first), origin);
  }

  /** The same behind {@code by} other bytes. */
  public Undefined moved(long by) {
    return new Undefined(offset + by, bytes, origin);
  }
}
