package org.jccl.observe;

import java.util.ArrayDeque;
import org.jccl.CallListener;
import org.jccl.IssuedCall;
import org.jspecify.annotations.Nullable;

/**
 * Writes each call as an event {@code org.jccl.Collective} of Java's Flight Recorder, while a
 * recording has that event on: {@code java -XX:StartFlightRecording:filename=run.jfr …}, then
 * {@code jfr view org.jccl.Collective run.jfr}, or Mission Control. The event has communicator,
 * rank, operation, number, type, root or peer, bytes, the host's time to issue it, and the stack.
 *
 * <p>A second event, {@code org.jccl.CollectiveCompletion}, has the device's time. It is off unless
 * a recording asks for it, as {@code settings=jccl.jfc} does; the recording must run when the
 * communicator opens.
 */
public final class JfrEvents implements CallListener.Factory {
  /** A factory; all of them are alike. */
  public JfrEvents() {}

  @Override
  public CallListener listen(CallListener.Endpoint where) {
    return new Calls(where);
  }

  /** Events of calls that are begun wait here: of a group there are several. */
  private static final class Calls implements CallListener {
    /** Asked whether any recording wants the events; never written. */
    private static final CollectiveEvent PROBE = new CollectiveEvent();

    private static final CompletionEvent COMPLETION_PROBE = new CompletionEvent();

    private final Endpoint where;
    private final boolean isTimed;
    private final ArrayDeque<CollectiveEvent> begun = new ArrayDeque<>();

    Calls(Endpoint where) {
      this.where = where;
      this.isTimed = COMPLETION_PROBE.isEnabled();
    }

    @Override
    public boolean hearsCompletion() {
      return isTimed;
    }

    @Override
    public void completed(IssuedCall call, double micros) {
      CompletionEvent event = new CompletionEvent();
      if (event.shouldCommit()) {
        event.fill(where, call, micros);
        event.commit();
      }
    }

    @Override
    public void before(IssuedCall call) {
      if (!PROBE.isEnabled()) {
        return;
      }
      CollectiveEvent event = new CollectiveEvent();
      event.begin();
      begun.add(event);
    }

    @Override
    public void after(IssuedCall call) {
      commit(call, null);
    }

    @Override
    public void failed(IssuedCall call, Throwable failure) {
      commit(call, failure);
    }

    private void commit(IssuedCall call, @Nullable Throwable failure) {
      CollectiveEvent event = begun.poll();
      if (event == null) { // begun before the recording was
        return;
      }
      event.end();
      if (event.shouldCommit()) {
        event.communicator = where.communicator();
        event.rank = where.rank();
        event.worldSize = where.worldSize();
        event.failure = failure == null ? null : String.valueOf(failure);
        event.fill(call);
        event.commit();
      }
    }
  }
}
