package org.jccl.sim.check;

import java.net.URL;
import java.security.CodeSource;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jccl.Communicator;
import org.jspecify.annotations.Nullable;

/**
 * A place in the user's program: the first frame on a stack that is not the JDK's, not jccl's own,
 * and not of a library that jccl's binding has called. The stack is kept as it is, which is cheap;
 * the frame is looked for when a report asks for its text.
 *
 * <p>jccl's own is what lies in one of its packages and in the same file or folder as the API, the
 * simulator or the binding: so programs and tests that call their packages alike are users.
 */
public final class CallSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  /** The packages of jccl's library, each with those below it; besides them its root. */
  private static final List<String> ROOMS =
      List.of("config", "ops", "process", "spi", "sim", "nccl");

  private static final String ROOT = "org.jccl.";
  private static final String BINDING = "org.jccl.nccl.ffi.";

  /** Where jccl's own classes lie; the binding's place is learned when it is met. */
  private static final Set<String> PLACES = ConcurrentHashMap.newKeySet();

  static {
    PLACES.add(placeOf(Communicator.class));
    PLACES.add(placeOf(CallSite.class));
  }

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
        PLACES.add(placeOf(name));
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

  private static boolean isJdk(String name) {
    return name.startsWith("java.") || name.startsWith("jdk.");
  }

  private static boolean isLibrary(String name) {
    if (!name.startsWith(ROOT)) {
      return false;
    }
    int end = name.indexOf('.', ROOT.length());
    boolean isRoom = end < 0 || ROOMS.contains(name.substring(ROOT.length(), end));
    return isRoom && PLACES.contains(placeOf(name));
  }

  private static String placeOf(String name) {
    try {
      return placeOf(Class.forName(name, false, CallSite.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError theUsers) {
      return "a class loader of the user's";
    }
  }

  private static String placeOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL place = source == null ? null : source.getLocation();
    return place == null ? "" : place.toString();
  }
}
