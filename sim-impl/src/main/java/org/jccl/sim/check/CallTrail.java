package org.jccl.sim.check;

import org.jspecify.annotations.Nullable;

/**
 * The places from which one communicator's rank, or one stream, is used. To look at the stack costs
 * as much as a small call. So it is looked at for each of the first calls, and whenever a call
 * comes that is not known behind the one before it. A loop that goes on and on is believed to make
 * the same calls from the same lines, and is looked at again now and then.
 */
public final class CallTrail {
  private static final int EXACT = 512;
  private static final int AGAIN = 256;
  private static final int STEPS = 64;
  private static final long[] NONE = {};

  private long before;
  private int calls;
  private long[] steps = NONE;
  private @Nullable CallSite[] sites = {};

  /** Where the next call is made; {@code call} is a number that its arguments make. */
  public CallSite next(long call) {
    if (calls < EXACT) {
      calls++;
      before = call;
      return CallSite.here();
    }
    long step = mixed(before, call);
    before = call;
    return known(step);
  }

  private CallSite known(long step) {
    if (steps.length == 0) {
      steps = new long[STEPS];
      sites = new CallSite[STEPS];
    }
    int slot = (int) step & STEPS - 1;
    CallSite known = sites[slot];
    calls++;
    if (known != null && steps[slot] == step && (calls & AGAIN - 1) != 0) {
      return known.again();
    }
    if (calls < 0) {
      calls = EXACT;
    }
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
