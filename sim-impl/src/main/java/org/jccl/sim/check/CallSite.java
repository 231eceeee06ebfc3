package org.jccl.sim.check;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the user's line on a stack: the first frame that is not jccl's or the JDK's. */
public final class CallSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  private CallSite() {}

  /** Where the calling thread's user code called jccl. */
  public static String current() {
    return WALKER.walk(
        frames -> first(frames.map(StackWalker.StackFrame::toStackTraceElement)).orElse("unknown"));
  }

  /** Where {@code thread} is now, or null if it runs no user code. */
  public static @Nullable String of(Thread thread) {
    return first(Stream.of(thread.getStackTrace())).orElse(null);
  }

  private static Optional<String> first(Stream<StackTraceElement> frames) {
    return frames.filter(CallSite::isUsers).findFirst().map(StackTraceElement::toString);
  }

  private static boolean isUsers(StackTraceElement frame) {
    String name = frame.getClassName();
    if (name.startsWith("java.") || name.startsWith("jdk.")) {
      return false;
    }
    boolean own =
        name.startsWith("org.jccl.spi.")
            || name.startsWith("org.jccl.sim.")
            || name.startsWith("org.jccl.process.")
            || name.startsWith("org.jccl.nccl.")
            || name.startsWith("org.jccl.conformance.loopback.")
            || name.startsWith("org.jccl.Rank")
            || name.startsWith("org.jccl.RunningRank")
            || name.startsWith("org.jccl.Collectives")
            || name.startsWith("org.jccl.DeviceBuffer");
    return !own || name.contains("Test") || name.contains("Demo");
  }
}
