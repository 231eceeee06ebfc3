package org.jccl.test;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What threads that a test started have thrown and nobody has caught. JUnit does not see it, and it
 * is what the other ranks' failures follow from.
 */
final class Uncaught implements AutoCloseable {
  /** Threads inherit it from the one that starts them. */
  private static final InheritableThreadLocal<@Nullable Uncaught> CURRENT =
      new InheritableThreadLocal<>();

  private static final Object LOCK = new Object();

  /** How many are open; guarded by {@link #LOCK}, as the next one. */
  private static int open;

  private static @Nullable UncaughtExceptionHandler handlerBefore;

  /**
   * One thread's end.
   *
   * @param thread its name
   * @param cause what it threw
   */
  record One(String thread, Throwable cause) {}

  private final List<One> all = new ArrayList<>();

  private Uncaught() {}

  /** Until it is closed, by this thread, those that this thread and its threads start count. */
  static Uncaught here() {
    synchronized (LOCK) {
      if (open++ == 0) {
        handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler(Uncaught::ended);
      }
    }
    Uncaught here = new Uncaught();
    CURRENT.set(here);
    return here;
  }

  private static void ended(Thread thread, Throwable cause) {
    Uncaught here = CURRENT.get(); // this runs on the thread that ends
    UncaughtExceptionHandler before;
    synchronized (LOCK) {
      before = handlerBefore;
    }
    if (here != null) {
      synchronized (here.all) {
        here.all.add(new One(thread.getName(), cause));
      }
    } else if (before != null) {
      before.uncaughtException(thread, cause);
    } else {
      System.err.print("Exception in thread \"" + thread.getName() + "\" ");
      cause.printStackTrace();
    }
  }

  /** In their order, so far. */
  List<One> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  @Override
  public void close() {
    CURRENT.remove();
    synchronized (LOCK) {
      if (--open == 0) {
        Thread.setDefaultUncaughtExceptionHandler(handlerBefore);
        handlerBefore = null;
      }
    }
  }
}
