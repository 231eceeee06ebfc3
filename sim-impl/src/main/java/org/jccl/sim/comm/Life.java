package org.jccl.sim.comm;

import org.jccl.CommunicatorAbortedException;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * The life of one rank's communicator: which of its ends it has come to, and who waits for that
 * (chapter 3 of the rule book). Endpoint knows the operations, this knows the state.
 */
final class Life {
  private final Endpoint endpoint;
  private @Nullable CommunicatorAbortedException aborted;
  private boolean finalized;
  private boolean closed;
  private @Nullable HostTask closer;

  Life(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  private Kernel kernel() {
    return endpoint.device().world().kernel();
  }

  /** A failure that every further call throws, or null: a misuse, an abort, the end. */
  @Nullable RuntimeException refusal() {
    if (closed) {
      return new IllegalStateException(endpoint + " is closed (SIM-33)");
    }
    return aborted != null ? aborted : endpoint.clique().stopped();
  }

  boolean isAborted() {
    return aborted != null;
  }

  boolean isClosed() {
    return closed;
  }

  /** Notes that it is finalized; false if it was before (rule LIF-03). */
  boolean finalizeOnce() {
    boolean first = !finalized;
    finalized = true;
    return first;
  }

  /** Gives up what is in flight; contacts no peer (rule LIF-14). */
  void abort(String why) {
    if (aborted == null && !closed) {
      CommunicatorAbortedException reason =
          new CommunicatorAbortedException(endpoint + " was aborted: " + why, null);
      aborted = reason;
      endpoint.cancelAll(reason);
      if (closer != null) {
        kernel().wake(closer);
      }
    }
  }

  /** Waits for what was issued (rule LIF-02). */
  void awaitIssued(HostTask task) {
    Launch target = endpoint.lastLaunch();
    if (target != null && !target.isDone() && refusal() == null) {
      closer = task;
      endpoint.waits(task);
      try {
        kernel().await(task, () -> target.isDone() || refusal() != null, target);
      } finally {
        closer = null;
        endpoint.waits(null);
      }
    }
  }

  /** Waits for what was issued, then ends. */
  void close(HostTask task) {
    if (!closed) {
      awaitIssued(task);
      closed = true;
      endpoint.forget();
    }
  }

  /** The last launch that was issued is done. */
  void idle() {
    if (closer != null) {
      kernel().makeReady(closer);
    }
  }
}
