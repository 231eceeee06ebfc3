package org.jccl.spi;

import org.jccl.conformance.concurrency.Threads;
import org.jccl.ops.Operation;

/**
 * Three threads record groups at once, on nobody's behalf: each must be issued its own calls, and a
 * thread that has none open must see none.
 */
public final class GroupRecordingProgram implements Runnable {
  private static final int THREADS = 3;
  private static final int CALLS = 2;

  @Override
  public void run() {
    Threads threads = new Threads();
    for (int thread = 1; thread <= THREADS; thread++) {
      int own = thread;
      threads.start(() -> recordTwice(own));
    }
    threads.join();
  }

  private static void recordTwice(int own) {
    for (int group = 0; group < 2; group++) {
      requireNone(own);
      GroupRecording.Issuer issuer = calls -> requireOwn(calls, own);
      GroupRecording recording = GroupRecording.enter(issuer);
      for (int call = 0; call < CALLS; call++) {
        Thread.yield(); // The body of a group is user code: others run meanwhile.
        recording.add(null, null).set(Operation.ALL_REDUCE, own, own, own, own, own, own);
      }
      recording.complete(issuer); // not complete(), which counts for communicators
      recording.leave();
      requireNone(own);
    }
  }

  private static void requireNone(int own) {
    if (GroupRecording.current() != null) {
      throw new AssertionError("thread " + own + " sees a group that it has not opened");
    }
  }

  private static void requireOwn(GroupRecording calls, int own) {
    if (calls.size() != CALLS) {
      throw new AssertionError("thread " + own + " issues " + calls.size() + " calls");
    }
    for (int call = 0; call < CALLS; call++) {
      long issued = calls.call(call).send();
      if (issued != own) {
        throw new AssertionError("thread " + own + " issues a call of " + issued);
      }
    }
  }
}
