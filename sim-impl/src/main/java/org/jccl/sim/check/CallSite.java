package org.jccl.sim.check;

import java.util.Iterator;
import java.util.stream.Stream;
import org.jccl.UserCode;
import org.jspecify.annotations.Nullable;

/**
 * A place in the user's program: the first frame on a stack that is not the JDK's, not jccl's own,
 * and not of a library that jccl's binding has called. The stack is kept as it is, which is cheap;
 * the frame is looked for when a report asks for its text.
 */
public final class CallSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  private static final String BINDING = "org.jccl.nccl.ffi.";

  private @Nullable Stack stack;
  private @Nullable String words;
  private boolean again;

  /** A stack of frames; nobody throws it. */
  private static final class Stack extends Throwable {
    private static final long serialVersionUID = 1L;
  }

  private CallSite(@Nullable Stack stack, @Nullable String words) {
    this.stack = stack;
    this.words = words;
  }

  /** Where the calling thread's user code calls jccl now. */
  static CallSite here() {
    return new CallSite(new Stack(), null);
  }

  /** It stands for a later call, too, which was made like this one's. */
  CallSite again() {
    again = true;
    return this;
  }

  /** What was captured here and launched at {@code launch}. */
  public static CallSite launched(@Nullable Object captured, @Nullable Object launch) {
    return new CallSite(null, captured + "\n    captured there, launched at " + launch);
  }

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

  @Override
  public String toString() {
    String known = words;
    if (known == null) {
      String found = stack == null ? null : first(Stream.of(stack.getStackTrace()));
      known = found == null ? "unknown" : found;
      words = known;
      stack = null;
    }
    return again ? known + " (as in the rounds before)" : known;
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
