package org.jccl.test;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Says which schedule runs, and where its ranks are, when the JVM ends under it: a test that calls
 * {@code System.exit}, or a key of the user's. Maven says no more than that the JVM has gone.
 */
final class EndOfJvm implements AutoCloseable {
  private static final Set<EndOfJvm> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(EndOfJvm::tell, "jccl-test-end"));
  }

  private final String what;
  private final Supplier<List<String>> places;

  /**
   * From now on.
   *
   * @param what the test and its schedule
   * @param places where ranks and threads are, a text each
   */
  EndOfJvm(String what, Supplier<List<String>> places) {
    this.what = what;
    this.places = places;
    RUNNING.add(this);
  }

  private static void tell() {
    for (EndOfJvm one : RUNNING) {
      StringBuilder text = new StringBuilder("jccl-test: the JVM ends while ");
      text.append(one.what).append(" runs (System.exit, or from outside)");
      one.places.get().forEach(place -> text.append("\n  ").append(place.replace("\n", "\n  ")));
      System.err.println(text);
    }
  }

  @Override
  public void close() {
    RUNNING.remove(this);
  }
}
