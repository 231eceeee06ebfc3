package org.jccl.sim.kernel;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * For how long nothing has happened, as far as the threads that stand could have changed that: a
 * thread that waits counts by the clock, one that runs by its processor time. So a busy machine
 * makes nobody late.
 */
public final class Standstill {
  /** A thread that runs, but gets no processor time for so long, waits inside native code. */
  private static final long NATIVE_WAIT = 2_000_000_000L;

  private static final long MANY = 20;

  /** How long the list of carriers is good. */
  private static final long REFRESH = 200_000_000L;

  /** The platform threads that run virtual ones; the JVM tells them apart by name alone. */
  private static final String CARRIERS = "ForkJoinPool-1-worker-";

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Map<Long, Long> spent = new HashMap<>();
  private final Map<String, Long> carriers = new HashMap<>();
  private long listed;
  private long nanos;
  private long idle;
  private long clock;

  /** Something has happened. */
  public void end() {
    nanos = 0;
    clock = 0;
    idle = 0;
    listed = 0;
    spent.clear();
    carriers.clear();
  }

  /** For how long nothing has happened. */
  public long nanos() {
    return nanos;
  }

  /**
   * Whether it was so long. By the clock alone only after many times that: threads that get next to
   * no processor time must not keep a run from its end.
   */
  public boolean isAtLeast(long limit) {
    return nanos >= limit || clock / MANY >= limit;
  }

  /** Nothing has happened for {@code elapsed} more nanoseconds, while {@code threads} stood. */
  public void add(long elapsed, List<Thread> threads) {
    clock += elapsed;
    List<Thread> running =
        threads.stream().filter(thread -> thread.getState() == Thread.State.RUNNABLE).toList();
    if (running.isEmpty() || !THREADS.isThreadCpuTimeSupported()) {
      nanos += elapsed;
      return;
    }
    long used = 0;
    List<Thread> virtual = new ArrayList<>();
    for (Thread thread : running) {
      if (thread.isVirtual()) {
        virtual.add(thread);
      } else {
        used += used(thread.threadId());
      }
    }
    if (!virtual.isEmpty()) {
      used += usedOnCarriers(virtual, elapsed);
    }
    idle = used > elapsed / 100 ? 0 : idle + elapsed;
    nanos += idle > NATIVE_WAIT ? elapsed : Math.min(used, elapsed);
  }

  /**
   * What carriers run besides is none of theirs, such as other simulations. All carriers count for
   * one that is on none: what they run keeps it from its turn.
   */
  private long usedOnCarriers(List<Thread> threads, long elapsed) {
    listed -= elapsed;
    if (listed <= 0) {
      listed = REFRESH;
      list();
    }
    Map<String, Long> used = new HashMap<>();
    carriers.forEach((name, id) -> used.put(name, used(id)));
    long all = 0;
    for (Thread thread : threads) {
      Long own = used.remove(carrierOf(thread));
      all += own == null ? used.values().stream().mapToLong(Long::longValue).sum() : own;
    }
    return all;
  }

  private void list() {
    carriers.clear();
    for (ThreadInfo each : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (each != null && each.getThreadName().startsWith(CARRIERS)) {
        carriers.put(each.getThreadName(), each.getThreadId());
      }
    }
  }

  /** The name of the platform thread that runs a virtual one; the JVM tells it in words alone. */
  private static String carrierOf(Thread virtual) {
    String words = virtual.toString();
    return words.substring(words.lastIndexOf('@') + 1);
  }

  /** Processor time that a thread has used since it was asked for last. */
  private long used(long id) {
    long now = THREADS.getThreadCpuTime(id);
    Long before = spent.put(id, now);
    return before == null || now < before ? 0 : now - before;
  }
}
