package org.jccl.spi;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.config.TimeLimit;
import org.jccl.spi.StateRules.Act;
import org.jspecify.annotations.Nullable;

/**
 * Sequences of calls that a communicator has prepared (rules STR-38 to STR-41): recorded, captured
 * once, launched as one graph, or issued again where the launch is captured itself.
 */
final class PreparedSequences {
  /** An abort waits no longer for graphs to close: work in them may end by the abort alone. */
  private static final TimeLimit BRIEFLY = TimeLimit.ofNanos(500_000_000);

  private final CommunicatorBase owner;
  private final StateGuard guard;
  private final CallPath path;
  private final Consumer<Stream> noted;
  private final Runnable settled;
  private final Set<Sequence> open = ConcurrentHashMap.newKeySet();

  /**
   * Those of {@code owner}.
   *
   * @param path makes its calls of the library
   * @param noted told of a stream before work is enqueued on it
   * @param settled waits for calls that go on, where calls come back at once
   */
  PreparedSequences(
      CommunicatorBase owner,
      StateGuard guard,
      CallPath path,
      Consumer<Stream> noted,
      Runnable settled) {
    this.owner = owner;
    this.guard = guard;
    this.path = path;
    this.noted = noted;
    this.settled = settled;
  }

  Graph prepare(Consumer<Collectives> body) {
    guard.requireLegal(Act.OPERATION, "prepare");
    if (owner.device() instanceof CaptureGuard device) {
      device.requireNotCapturing("prepare");
    }
    CallRecording calls = owner.keep(body);
    calls.requireOpen(owner.who());
    Sequence made = new Sequence(calls, calls.size() == 0 ? null : capture(calls));
    open.add(made);
    return made;
  }

  /** On the communicator's own stream; nobody is told of calls that do not run yet. */
  private Graph capture(CallRecording calls) {
    Stream stream = owner.defaultStream();
    owner.enter();
    try {
      stream.beginCapture();
      try {
        owner.unheard(() -> RecordedIssue.issue(owner, calls, stream, settled));
      } catch (RuntimeException | Error failure) {
        discard(stream, failure);
        throw failure;
      }
      return stream.endCapture();
    } finally {
      owner.leave();
    }
  }

  private static void discard(Stream stream, Throwable failure) {
    try {
      stream.endCapture().close();
    } catch (RuntimeException spoiled) {
      failure.addSuppressed(spoiled);
    }
  }

  /** The communicator ends: nothing can be launched any more (rule LIF-06). */
  void close() {
    for (Sequence each : List.copyOf(open)) {
      each.close();
    }
  }

  /** The same beside an abort, which waits for the graphs and ends the work that is in them. */
  void abandon() {
    if (open.isEmpty()) {
      return;
    }
    CallPath aside = path.beside("jccl-graphs-" + owner.name());
    try {
      aside.callWithin(
          "closing prepared calls of " + owner.name(),
          BRIEFLY,
          () -> {
            close();
            return 0;
          });
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failed) {
      ClosingLog.failed(owner + ": closing prepared calls failed", failed);
    } finally {
      aside.end();
    }
  }

  /** One sequence; without calls there is no graph. */
  private final class Sequence implements Graph {
    private final CallRecording calls;
    private final @Nullable Graph graph;
    private volatile boolean closed;

    Sequence(CallRecording calls, @Nullable Graph graph) {
      this.calls = calls;
      this.graph = graph;
    }

    @Override
    public int size() {
      return calls.size();
    }

    @Override
    public void launch(Stream stream) {
      owner.enter();
      try {
        requireLaunchable(stream);
        if (stream.isCapturing()) {
          RecordedIssue.issue(
              owner, calls, stream,
              settled); // Here a graph cannot be launched (STR-31): the calls join it.
        } else if (graph != null) {
          noted.accept(stream);
          owner.launch(graph, calls, stream);
        }
      } finally {
        owner.leave();
      }
    }

    private void requireLaunchable(Stream stream) {
      owner.requireUsable();
      guard.requireLegal(Act.OPERATION, "launch of prepared calls");
      if (closed) {
        throw new IllegalStateException(
            owner.who() + ": the prepared calls were closed: prepare them anew (STR-40)");
      }
      if (stream.device() != owner.device()) {
        throw new IllegalArgumentException(
            owner.who()
                + ": "
                + stream
                + " is of device "
                + stream.device().index()
                + ", the prepared calls are of device "
                + owner.device().index());
      }
      if (stream.isClosed()) {
        throw new IllegalStateException(owner.who() + ": stream is closed: " + stream);
      }
      calls.requireOpen(owner.who());
    }

    @Override
    public void close() {
      closed = true;
      if (open.remove(this) && graph != null) {
        graph.close();
      }
    }

    @Override
    public String toString() {
      return calls.size() + " prepared calls of " + owner + (closed ? " (closed)" : "");
    }
  }
}
