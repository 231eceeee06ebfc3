package org.jccl;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jccl.config.TimeLimit;

/**
 * A handle of operations that were issued together by {@link Communicator#issue}: an event for
 * other streams, a future for other threads. Owned by who issued them; closing it frees the event
 * and stops nothing.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="request"}
 */
public final class Request implements AutoCloseable {
  private final String who;
  private final Event event;
  private final CompletableFuture<Void> completion;

  /**
   * A handle of what was issued on one stream; for implementations.
   *
   * @param who names the communicator in messages
   * @param event recorded behind the operations; closed with this
   * @param completion completes when they are done
   */
  public Request(String who, Event event, CompletableFuture<Void> completion) {
    this.who = who;
    this.event = event;
    this.completion = completion;
  }

  /** {@return the marker behind the operations, for {@link Stream#waitFor}} */
  public Event event() {
    return event;
  }

  /**
   * {@return a future that completes when the operations are done, or fails with what they failed
   * of}
   */
  public CompletableFuture<Void> completion() {
    return completion;
  }

  /** {@return whether the operations are done; never waits} */
  public boolean isDone() {
    return event.isReached();
  }

  /**
   * Waits until the operations are done. They go on after a time-out.
   *
   * @param limit at most how long to wait; among simulated ranks by virtual time
   * @throws CollectiveTimeoutException if they are not done in time
   * @throws CollectiveException if they failed, or were found to be a misuse
   */
  public void await(Duration limit) {
    TimedWait.await(completion, who + ": what was issued", TimeLimit.of(limit, "await"));
  }

  /** Frees the event. The operations go on. Idempotent. */
  @Override
  public void close() {
    event.close();
  }

  @Override
  public String toString() {
    return "request of " + who;
  }
}
