package org.jccl.sim.check;

import java.util.Iterator;
import java.util.stream.Stream;
import org.jccl.UserCode;
import org.jspecify.annotations.Nullable;

/**
 * Finds the user's line on a stack: the first frame that is not the JDK's, not in a package of
 * jccl's library, and not of a library that jccl's binding has called.
 */
public final class CallSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  private static final String BINDING = "org.jccl.nccl.ffi.";

  private static final String UNKNOWN = "unknown";

  private CallSite() {}

  /** Where the calling thread's user code called jccl. */
  public static String current() {
    String found =
        WALKER.walk(frames -> first(frames.map(StackWalker.StackFrame::toStackTraceElement)));
    return found == null ? UNKNOWN : found;
  }

  /** Whether {@link #current} has found user code. */
  public static boolean isKnown(String site) {
    return !site.equals(UNKNOWN);
  }

  /** Where {@code thread} is now, or null if it runs no user code. */
  public static @Nullable String of(Thread thread) {
    return first(Stream.of(thread.getStackTrace()));
  }

  private static @Nullable String first(Stream<StackTraceElement> frames) {
    StackTraceElement found = null;
    for (Iterator<StackTraceElement> all = frames.iterator(); all.hasNext(); ) {
      StackTraceElement frame = all.next();
      String name = frame.getClassName();
      if (name.startsWith(BINDING)) {
        found = null; // what the binding called is a library, too
      } else if (UserCode.isLibrary(name)) {
        if (found != null) {
          return found.toString();
        }
      } else if (found == null && !UserCode.isJdk(name)) {
        found = frame;
      }
    }
    return found == null ? null : found.toString();
  }
}
