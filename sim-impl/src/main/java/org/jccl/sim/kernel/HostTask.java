package org.jccl.sim.kernel;

import org.jspecify.annotations.Nullable;

/**
 * One host thread as the kernel sees it: a rank's thread that the kernel started, or a foreign one
 * that called in.
 */
public final class HostTask implements SimStep {
  /** Where a task is. */
  public enum State {
    /** Made, not started. */
    NEW,
    /** Holds the baton. */
    RUNNING,
    /** Waits for something of the simulation. */
    BLOCKED,
    /** Runs user code that blocks outside jccl. */
    OUTSIDE,
    /** Has ended. */
    FINISHED
  }

  private final Kernel kernel;
  private final int rank;
  final boolean owned;
  final Thread thread;
  State state = State.NEW;
  boolean inReady;
  boolean interrupted;

  /**
   * Sleeps until it is given the baton: only such a task may be given it. Changed by the holder of
   * the baton, or under the kernel's gate.
   */
  boolean parked;

  int depth;

  private long issueNumber;
  private long metAt;
  private long leftAt;
  private long clock;

  /** Set while the task waits; read by reports. */
  @Nullable Wait waitingFor;

  @Nullable RuntimeException failure;

  HostTask(Kernel kernel, int rank, boolean owned, Thread thread) {
    this.kernel = kernel;
    this.rank = rank;
    this.owned = owned;
    this.thread = thread;
  }

  /** The rank whose program this thread runs, or -1 for a foreign thread. */
  public int rank() {
    return rank;
  }

  /** Whether the kernel started this thread, so that it decides when it runs. */
  public boolean isOwned() {
    return owned;
  }

  /** Where it is. */
  public State state() {
    return state;
  }

  /** The thread itself, for stack traces. */
  public Thread thread() {
    return thread;
  }

  /** What it waits for, or null. */
  public @Nullable Wait waitingFor() {
    return waitingFor;
  }

  /** Number of the call or outermost group that this thread is issuing or has issued last. */
  public long issueNumber() {
    return issueNumber;
  }

  /** Begins the next call or outermost group. */
  public void nextIssue() {
    issueNumber++;
  }

  /**
   * Virtual time up to which it has waited for devices, in nanoseconds: what it issues now starts
   * no earlier. Calls themselves take a host thread no virtual time.
   */
  public long clock() {
    return clock;
  }

  /** It has waited for something that ended at virtual time {@code time}. */
  public void waitedUntil(long time) {
    clock = Math.max(clock, time);
  }

  /** It has met other ranks on the host: it knows that what they did before has returned. */
  public void met() {
    metAt = kernel.tick();
  }

  /** Whether it has met other ranks since that moment. */
  public boolean hasMetSince(long moment) {
    return metAt > moment;
  }

  /** It leaves something that it shares with other ranks; the moment at which it does. */
  public long leaves() {
    leftAt = kernel.tick();
    return leftAt;
  }

  /** Whether it has left something and met nobody since. */
  public boolean isAway() {
    return leftAt > metAt;
  }

  /** Makes its wait end by throwing {@code misuse}. */
  public void fail(RuntimeException misuse) {
    if (failure == null) {
      failure = misuse;
    }
    kernel.wake(this);
  }

  @Override
  public void run() {
    throw new IllegalStateException("a host task is handed the baton, not run");
  }

  @Override
  public String toString() {
    return (rank >= 0 ? "rank " + rank : "thread " + thread.getName()) + " (" + state + ")";
  }
}
