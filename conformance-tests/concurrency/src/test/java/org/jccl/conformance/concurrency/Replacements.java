package org.jccl.conformance.concurrency;

import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/** What broken classes call in place of the right thing. */
public final class Replacements {
  private static volatile Object shared;

  private Replacements() {}

  /** A compare-and-exchange in two steps. */
  public static long compareThenSet(AtomicLongArray array, int index, long expected, long next) {
    long seen = array.get(index);
    if (seen == expected) {
      array.set(index, next);
    }
    return seen;
  }

  /** A thread-local that all threads share. */
  public static Object ofAll(ThreadLocal<?> local) {
    Object value = shared;
    if (value == null) {
      value = local.get();
      shared = value;
    }
    return value;
  }

  /** A read that finds nothing. */
  public static Object nobody(AtomicReference<?> reference) {
    return null;
  }

  /** Looks into a queue and sees nobody. */
  public static boolean seesNobody(ArrayDeque<?> queue) {
    return true;
  }

  /** Lets others run, then adds: between a look and an entry there is time for a change. */
  public static boolean addLate(Set<Object> set, Object entry) {
    Thread.yield();
    return set.add(entry);
  }
}
