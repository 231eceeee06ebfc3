package org.jccl.sim.check;

import java.util.Iterator;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jccl.UserCode;
import org.jspecify.annotations.Nullable;

/**
 * A place in the user's program: the first frame on a stack that is not the JDK's, not jccl's own,
 * and not of a library that jccl's binding has called. The stack is kept as it is, which is cheap;
 * the frame is looked for when a report asks for its text.
 */
public final class CallSite {
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private static final String BINDING = "org.jccl.nccl.ffi.";

  /** What stands for no place. */
  public static final String UNKNOWN = "unknown";

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
  public static CallSite here() {
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

  /** Whose code a class is. */
  private enum Owner {
    JDK,
    LIBRARY,
    BINDING,
    USER;

    private static final ClassValue<Owner> OF =
        new ClassValue<>() {
          @Override
          protected Owner computeValue(Class<?> type) {
            String name = type.getName();
            return name.startsWith(CallSite.BINDING)
                ? BINDING
                : UserCode.isLibrary(type) ? LIBRARY : UserCode.isJdk(name) ? JDK : USER;
          }
        };
  }

  /** Looks for the frame on a stack, from the top; says true as soon as it knows. */
  private static final class Search implements Predicate<StackWalker.StackFrame> {
    private StackWalker.@Nullable StackFrame found;

    @Override
    public boolean test(StackWalker.StackFrame frame) {
      switch (Owner.OF.get(frame.getDeclaringClass())) {
        case BINDING -> found = null; // what the binding called is a library, too
        case LIBRARY -> {
          return found != null;
        }
        case USER -> found = found == null ? frame : found;
        case JDK -> {}
      }
      return false;
    }
  }

  /** Where the calling thread's user code called jccl. */
  public static String current() {
    Search search = new Search();
    WALKER.walk(frames -> frames.anyMatch(search));
    StackWalker.StackFrame found = search.found;
    return found == null ? UNKNOWN : found.toStackTraceElement().toString();
  }

  /** Whether {@link #current} has found user code. */
  public static boolean isKnown(String site) {
    return !site.equals(UNKNOWN);
  }

  /** Where {@code thread} is now, or null if it runs no user code. */
  public static @Nullable String of(Thread thread) {
    return first(Stream.of(thread.getStackTrace()));
  }

  /** Whether {@code thread} is in a call that closes something. */
  public static boolean isClosing(Thread thread) {
    String call = "";
    for (StackTraceElement frame : thread.getStackTrace()) {
      boolean isUser =
          !UserCode.isLibrary(frame.getClassName()) && !UserCode.isJdk(frame.getClassName());
      if (isUser) {
        break;
      }
      call = frame.getMethodName();
    }
    return call.equals("close") || call.equals("commDestroy");
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

  /**
   * The places from which one communicator's rank, or one stream, is used. To look at the stack
   * costs as much as some small calls. So it is looked at for each of the first calls, and whenever
   * a call comes that is not known behind the two before it. A loop that goes on and on is believed
   * to make the same calls from the same lines, and is looked at again now and then.
   */
  public static final class Trail {
    private static final int MOST_EXACT = 128;
    private static final int LEAST_EXACT = 8;
    private static final int OF_ALL_RANKS = 4_096;
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
    public Trail(int ranks) {
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
      boolean isKnown = steps[slot] == step;
      calls = calls + 1 & AGAIN - 1;
      if (known != null && isKnown && calls != 0) {
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
}
