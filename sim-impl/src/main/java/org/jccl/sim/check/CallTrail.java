package org.jccl.sim.check;

import org.jspecify.annotations.Nullable;

/**
 * The places from which one communicator's rank, or one stream, is used. To look at the stack costs
 * as much as some small calls. So it is looked at for each of the first calls, and whenever a call
 * comes that is not known behind the two before it. A loop that goes on and on is believed to make
 * the same calls from the same lines, and is looked at again now and then.
 */
public final class CallTrail {
  private static final int MOST_EXACT = 128;
  private static final int LEAST_EXACT = 16;
  private static final int OF_ALL_RANKS = 8_192;
  private static final int AGAIN = 256;
  private static final int STEPS = 64;
  private static final int MOST_NEW = 256;
  private static final long[] NONE = {};

  private int exact;
  private int calls;
  private int unknown;
  private long last;
  private long before;
  private long[] steps = NONE;
  private @Nullable CallSite[] sites = {};

  /** The calls of one of {@code ranks}: the more there are, the fewer are looked at for sure. */
  public CallTrail(int ranks) {
    this.exact = Math.clamp(OF_ALL_RANKS / ranks, LEAST_EXACT, MOST_EXACT);
  }

  /**
   * Where the next call is made.
   *
   * @param kind a number that says what it does
   * @param arguments a number that its arguments make; in a loop whose arguments never come again
   *     it does not count
   */
  public CallSite next(long kind, long arguments) {
    long call = unknown < MOST_NEW ? mixed(kind, arguments) : kind;
    long step = mixed(mixed(before, last), call);
    before = last;
    last = call;
    if (exact > 0) {
      exact--;
      return CallSite.here();
    }
    return known(step);
  }

  private CallSite known(long step) {
    if (steps.length == 0) {
      steps = new long[STEPS];
      sites = new CallSite[STEPS];
    }
    int slot = (int) step & STEPS - 1;
    CallSite known = sites[slot];
    boolean isKnown = known != null && steps[slot] == step;
    calls = calls + 1 & AGAIN - 1;
    if (isKnown && calls != 0) {
      return known.again();
    }
    unknown += isKnown ? 0 : 1;
    CallSite here = CallSite.here();
    steps[slot] = step;
    sites[slot] = here;
    return here;
  }

  /** One number of two, in which each bit counts. */
  public static long mixed(long one, long other) {
    long all = one * 0x9E3779B97F4A7C15L + other * 0xD6E8FEB86659FD93L;
    return all ^ all >>> 32;
  }
}
