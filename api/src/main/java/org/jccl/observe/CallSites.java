package org.jccl.observe;

import java.util.Iterator;
import java.util.stream.Stream;
import org.jccl.IssuedCall;
import org.jccl.UserCode;
import org.jspecify.annotations.Nullable;

/**
 * The lines that make the calls of one communicator. To look at the stack costs some microseconds,
 * so it is done once for each different call: operation, buffers, length, root and stream. Where
 * two lines make the very same call, the first is shown for both. When the table is full, a new
 * call has no line.
 */
final class CallSites {
  private static final int SLOTS = 4_096;
  private static final int MOST = SLOTS / 2;
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;
  private static final StackWalker WALKER = StackWalker.getInstance();

  private final long[] keys = new long[SLOTS];
  private final @Nullable String[] sites = new String[SLOTS];
  private int size;

  /** The line of the call that the calling thread makes now, or null. */
  @Nullable String of(IssuedCall call) {
    long key = key(call);
    int at = (int) (key >>> 40) & (SLOTS - 1);
    while (keys[at] != 0) {
      if (keys[at] == key) {
        return sites[at];
      }
      at = (at + 1) & (SLOTS - 1);
    }
    if (size == MOST) {
      return null;
    }
    String found = WALKER.walk(CallSites::firstOfUser);
    size++;
    sites[at] = found;
    keys[at] = key;
    return found;
  }

  /** Where the program made a call, in words; empty if that is not known. */
  static String place(@Nullable String site) {
    return site == null ? "" : " at " + site;
  }

  private static long key(IssuedCall call) {
    long key = call.method().hashCode();
    key = key * MIX + call.sendAddress();
    key = key * MIX + call.receiveAddress();
    key = key * MIX + call.count();
    key = key * MIX + call.rootOrPeer();
    key = key * MIX + call.reduction();
    key = key * MIX + call.streamHandle();
    key = (key ^ key >>> 29) * MIX;
    return key == 0 ? 1 : key;
  }

  private static @Nullable String firstOfUser(Stream<StackWalker.StackFrame> frames) {
    Iterator<StackWalker.StackFrame> all = frames.iterator();
    while (all.hasNext()) {
      StackTraceElement frame = all.next().toStackTraceElement();
      if (UserCode.isUser(frame)) {
        return frame.toString();
      }
    }
    return null;
  }
}
