package org.jccl.sim.check;

import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the user's line on a stack: the first frame that is not the JDK's, not in a package of
 * jccl's library, and not of a library that jccl's binding has called.
 */
public final class CallSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  /** The packages of jccl's library, each with those below it; besides them its root. */
  private static final List<String> ROOMS =
      List.of("config", "ops", "process", "spi", "sim", "nccl");

  private static final String ROOT = "org.jccl.";
  private static final String BINDING = "org.jccl.nccl.ffi.";

  private CallSite() {}

  /** Where the calling thread's user code called jccl. */
  public static String current() {
    String found =
        WALKER.walk(frames -> first(frames.map(StackWalker.StackFrame::toStackTraceElement)));
    return found == null ? "unknown" : found;
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
      } else if (isLibrary(name)) {
        if (found != null) {
          return found.toString();
        }
      } else if (found == null && !isJdk(name)) {
        found = frame;
      }
    }
    return found == null ? null : found.toString();
  }

  /** Whether from this frame on a rank's stack is what all ranks have in common. */
  static boolean isMachinery(StackTraceElement frame) {
    return isLibrary(frame.getClassName());
  }

  private static boolean isJdk(String name) {
    return name.startsWith("java.") || name.startsWith("jdk.");
  }

  private static boolean isLibrary(String name) {
    if (!name.startsWith(ROOT)) {
      return false;
    }
    int end = name.indexOf('.', ROOT.length());
    return end < 0 || ROOMS.contains(name.substring(ROOT.length(), end));
  }
}
