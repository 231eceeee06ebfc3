package org.jccl.benchmarks.house;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The source files whose code ran between {@link #begin} and {@link #end}, in the order in which
 * they were first entered. {@link RecordingClassLoader} makes every method report here.
 */
public final class EnteredFiles {
  private static final Set<String> FILES = new LinkedHashSet<>();

  /**
   * Beginning of the names of threads that are on no call's path, and run when the clock says so.
   */
  private static final String WATCH = "jccl-stall-watch";

  private static volatile boolean open;

  /** The only thread that counts; null: all do. */
  private static volatile Thread only;

  private EnteredFiles() {}

  /** Counts what this thread enters from now on. */
  public static void beginOnThisThread() {
    only = Thread.currentThread();
    begin();
  }

  /**
   * Counts what any thread enters from now on, but those that look by the clock whether all stands.
   */
  public static void begin() {
    synchronized (FILES) {
      FILES.clear();
    }
    open = true;
  }

  /** Counts no longer. */
  public static void end() {
    open = false;
    only = null;
  }

  /** A method of {@code file} begins. Recorded code calls this. */
  public static void enter(String file) {
    Thread counted = only;
    Thread current = Thread.currentThread();
    if (open && (counted == null ? !current.getName().startsWith(WATCH) : counted == current)) {
      synchronized (FILES) {
        FILES.add(file);
      }
    }
  }

  /** What was entered. */
  public static List<String> inOrder() {
    synchronized (FILES) {
      return new ArrayList<>(FILES);
    }
  }
}
