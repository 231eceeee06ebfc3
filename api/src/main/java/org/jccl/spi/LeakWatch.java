package org.jccl.spi;

import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jccl.UserCode;
import org.jspecify.annotations.Nullable;

/**
 * Tells of what was opened and never closed, with the line that opened it: when the garbage
 * collector finds it, when what it belongs to is closed, or when the JVM ends. It frees nothing:
 * work that is still under way may use it.
 *
 * <p>For backends whose resources nobody else looks after. It is logged as a warning of {@code
 * org.jccl}, the end of the JVM to standard error; {@code -Djccl.leaks=false} turns it off.
 */
public final class LeakWatch {
  private static final String PROPERTY = "jccl.leaks";
  private static final boolean IS_ON =
      !"false".equalsIgnoreCase(System.getProperty(PROPERTY, "true"));

  private static final System.Logger LOG = System.getLogger("org.jccl");
  private static final String OWN = LeakWatch.class.getName();
  private static final int MOST_TOLD = 100;
  private static final int MOST_AT_EXIT = 10;
  private static final LeakWatch NOTHING = new LeakWatch(null);

  private final @Nullable Mark mark;

  private LeakWatch(@Nullable Mark mark) {
    this.mark = mark;
  }

  /** What is open; made when the first thing is opened, with the thread that finds the others. */
  private static final class Open {
    static final Set<Mark> MARKS = ConcurrentHashMap.newKeySet();
    static final Cleaner CLEANER = Cleaner.create();
    static final AtomicInteger TOLD = new AtomicInteger();

    static {
      try {
        Runtime.getRuntime().addShutdownHook(new Thread(LeakWatch::tellAtExit, "jccl-leaks"));
      } catch (IllegalStateException ending) {
        LOG.log(Level.DEBUG, "the JVM is ending already", ending);
      }
    }
  }

  /** One thing. It must not hold what it is about. */
  private static final class Mark implements Runnable {
    final Object scope;
    private final Supplier<String> what;
    private final @Nullable StackTraceElement line;

    Mark(Object scope, Supplier<String> what) {
      this.scope = scope;
      this.what = what;
      this.line = userLine();
    }

    /** The collector has found it. */
    @Override
    public void run() {
      if (Open.MARKS.remove(this)) {
        int told = Open.TOLD.incrementAndGet();
        if (told <= MOST_TOLD) {
          LOG.log(
              Level.WARNING,
              "{0} was never closed and is not reachable any more: what it holds stays until the"
                  + " process ends{1}",
              this,
              told == MOST_TOLD ? "; further leaks are not told" : "");
        }
      }
    }

    @Override
    public String toString() {
      return what.get() + where();
    }

    private String where() {
      return line == null ? "" : ", made at " + line;
    }
  }

  /**
   * {@return what watches over a thing that was opened just now, on this thread}
   *
   * @param owner the thing, which ends with {@link #closed}
   * @param scope what it belongs to, for {@link #left}
   * @param what what it is, in words; must not hold {@code owner}
   */
  public static LeakWatch of(Object owner, Object scope, Supplier<String> what) {
    if (!IS_ON) {
      return NOTHING;
    }
    Mark mark = new Mark(scope, what);
    Open.MARKS.add(mark);
    Open.CLEANER.register(owner, mark);
    return new LeakWatch(mark);
  }

  /** {@return what watches over nothing} */
  public static LeakWatch nothing() {
    return NOTHING;
  }

  /** It is closed. */
  public void closed() {
    if (mark != null) {
      Open.MARKS.remove(mark);
    }
  }

  /** {@return the line that opened it, as {@code ", made at …"}; empty if it is not known} */
  public String where() {
    return mark == null ? "" : mark.where();
  }

  /**
   * {@return what is left open of something that ends, each with its line}
   *
   * <p>It is told now, and not once more.
   *
   * @param scope what ends
   */
  public static List<String> left(Object scope) {
    List<String> left = new ArrayList<>();
    if (IS_ON) {
      for (Mark each : Open.MARKS) {
        if (each.scope == scope && Open.MARKS.remove(each)) {
          left.add(each.toString());
        }
      }
    }
    return left;
  }

  private static @Nullable StackTraceElement userLine() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .dropWhile(frame -> frame.getClassName().startsWith(OWN))
                    .skip(1) // whose thing it is
                    .filter(frame -> !UserCode.isJdk(frame.getClassName()))
                    .filter(frame -> !UserCode.isLibrary(frame.getClassName()))
                    .findFirst()
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .orElse(null));
  }

  /** The loggers may have ended already. */
  private static void tellAtExit() {
    List<Mark> left = List.copyOf(Open.MARKS);
    if (!left.isEmpty()) {
      StringBuilder text = new StringBuilder("jccl: not closed when the JVM ended:");
      left.stream().limit(MOST_AT_EXIT).forEach(each -> text.append("\n  ").append(each));
      if (left.size() > MOST_AT_EXIT) {
        text.append("\n  and ").append(left.size() - MOST_AT_EXIT).append(" more");
      }
      System.err.println(text);
    }
  }
}
