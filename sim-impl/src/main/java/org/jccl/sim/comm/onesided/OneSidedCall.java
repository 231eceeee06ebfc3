package org.jccl.sim.comm.onesided;

import java.util.List;
import org.jccl.sim.comm.memory.SharedWindow;
import org.jccl.sim.device.SimStream;
import org.jspecify.annotations.Nullable;

/**
 * One validated one-sided call before it runs; kept by graphs, to be made again.
 *
 * @param kind what it does
 * @param stream where it is ordered
 * @param captured whether it is replayed by a graph: such signals are counted on their own
 * @param source first address of what a put copies
 * @param bytes how much it copies; 0 sends the signal only (rule RMA-08)
 * @param peer to whom a put or a signal goes
 * @param window the window that a put writes to
 * @param offset where in the peer's part of the window it writes
 * @param line the signals that a put or a signal counts with (rule RMA-12)
 * @param awaited what a wait waits for
 * @param site where the call was made, if that is kept
 */
public record OneSidedCall(
    Kind kind,
    SimStream stream,
    boolean captured,
    long source,
    long bytes,
    int peer,
    @Nullable SharedWindow window,
    long offset,
    int line,
    List<Awaited> awaited,
    @Nullable Object site) {
  /** What a call does (rule RMA-01). */
  public enum Kind {
    /** Copies into the peer's window, then signals. */
    PUT_SIGNAL,
    /** Signals. */
    SIGNAL,
    /** Makes the stream wait for signals. */
    WAIT_SIGNAL
  }

  /**
   * Signals that a call waits for.
   *
   * @param peer whose
   * @param count how many more than all earlier waits consumed (rule RMA-03)
   * @param line which of that peer's signals (rule RMA-12)
   */
  public record Awaited(int peer, int count, int line) {}

  /** The same call, replayed on another stream. */
  public OneSidedCall on(SimStream other, @Nullable Object where) {
    return new OneSidedCall(
        kind, other, true, source, bytes, peer, window, offset, line, awaited, where);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case PUT_SIGNAL -> "PutSignal(" + bytes + " bytes to rank " + peer + " at " + offset + ")";
      case SIGNAL -> "Signal(rank " + peer + ")";
      case WAIT_SIGNAL -> "WaitSignal(" + awaitedWords() + ")";
    };
  }

  private String awaitedWords() {
    StringBuilder text = new StringBuilder();
    for (Awaited each : awaited) {
      text.append(text.isEmpty() ? "" : ", ");
      text.append(each.count).append(" from rank ").append(each.peer);
    }
    return text.toString();
  }
}
