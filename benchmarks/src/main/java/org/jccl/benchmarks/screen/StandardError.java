package org.jccl.benchmarks.screen;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Standard error, which the launcher has put behind a reader until the program begins: Java prints
 * a line about its incubating modules that no option takes away.
 */
public final class StandardError {
  /** The file descriptor that the launcher keeps the real one at. */
  static final String COPY = "jccl.stderr";

  private static final int STANDARD_ERROR = 2;

  private StandardError() {}

  /**
   * Puts the real one back in its place; where that fails the reader goes on and nothing is lost.
   */
  public static void restore() {
    Integer copy = Integer.getInteger(COPY);
    if (copy == null) {
      return;
    }
    try {
      Linker linker = Linker.nativeLinker();
      MethodHandle dup2 =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("dup2"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
      int placed = (int) dup2.invokeExact((int) copy, STANDARD_ERROR);
      assert placed == STANDARD_ERROR;
    } catch (Throwable unknown) {
      Thread.onSpinWait(); // It stays where it is.
    }
  }
}
