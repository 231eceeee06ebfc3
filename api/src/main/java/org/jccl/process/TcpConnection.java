package org.jccl.process;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jccl.CleanText;
import org.jccl.config.TimeLimit;
import org.jccl.spi.WaitQueue;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a TCP group. While it is being made, one thread reads and writes frames
 * directly; from {@link #start} on two daemon threads of its own do, so that no rank's thread ever
 * blocks in a socket.
 */
final class TcpConnection {
  /** What a started connection tells, on its reading thread. */
  interface Listener {
    /** A frame came. */
    void received(Frame frame);

    /** Nothing will come any more. Called once. */
    void ended(String why);

    /** This process has no memory for what the peer sends. {@link #ended} follows. */
    void outOfMemory();
  }

  /** How long a last message may stand still before the connection is cut. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  /** How long a last message may take that does not stand still. */
  private static final Duration LONGEST_LINGER = Duration.ofSeconds(60);

  private static final int PIECE = 1 << 16;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final WaitQueue queue = new WaitQueue();

  /** Frames to be written; an empty value ends the writing. */
  private final BlockingQueue<Optional<Frame>> outgoing = new LinkedBlockingQueue<>();

  private @Nullable FrameSeal ownSeal;
  private @Nullable FrameSeal peerSeal;
  private volatile long lastPiece = System.nanoTime();
  private boolean written;
  private boolean ended;

  TcpConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    this.out = new DataOutputStream(new BufferedOutputStream(new Told(socket.getOutputStream())));
  }

  String peer() {
    return String.valueOf(socket.getRemoteSocketAddress());
  }

  /** Reads one small frame, before {@link #start}. {@link TcpDoor} bounds the time of it all. */
  Frame read(Duration limit) throws IOException {
    socket.setSoTimeout(Math.clamp(limit.toMillis(), 1, Integer.MAX_VALUE));
    return Frame.read(in, Frame.MAX_UNPROVEN);
  }

  /** Writes one small frame, before {@link #start}. */
  void write(Frame frame) throws IOException {
    frame.write(out);
    out.flush();
  }

  /** From the next frame on each is sealed, in both directions; null where there is no secret. */
  void seal(@Nullable FrameSeal own, @Nullable FrameSeal peer) {
    ownSeal = own;
    peerSeal = peer;
  }

  /** From here on frames come to {@code listener} and leave by {@link #send}. */
  void start(String name, Listener listener) throws IOException {
    socket.setSoTimeout(0);
    RealTime.daemon(name + " out", this::writeAll);
    RealTime.daemon(name + " in", () -> readAll(listener));
  }

  /** Has a frame written; never waits. */
  void send(Frame frame) {
    outgoing.add(Optional.of(frame));
  }

  /** Has nothing more written and the connection ended once the peer has read everything. */
  void finish() {
    outgoing.add(Optional.empty());
  }

  /** Writes in pieces, and notes when the last one has gone. */
  private final class Told extends FilterOutputStream {
    Told(OutputStream socket) {
      super(socket);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      for (int done = 0; done < count; done += PIECE) {
        super.out.write(bytes, from + done, Math.min(PIECE, count - done));
        lastPiece = System.nanoTime();
      }
    }
  }

  /** When what is still being sent has stood still for too long. */
  private long patience(long begun) {
    long still = Math.max(lastPiece, begun) + LINGER.toNanos();
    return Math.min(still, begun + LONGEST_LINGER.toNanos());
  }

  /**
   * Ends connections: waits until what was sent is on its way and the peers have seen it, as long
   * as that goes on, but not much longer, then cuts.
   */
  static void end(List<TcpConnection> connections) {
    connections.forEach(TcpConnection::finish);
    long begun = System.nanoTime();
    // An interrupted member leaves too, and its last words matter: the mark is put back afterwards.
    boolean interrupted = Thread.interrupted();
    for (TcpConnection connection : connections) {
      while (!connection.isOver() && System.nanoTime() - connection.patience(begun) < 0) {
        Duration left = Duration.ofNanos(TimeLimit.left(connection.patience(begun)));
        try {
          RealTime.await(connection.queue, "process group, last messages", connection::over, left);
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
      connection.cut();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isOver() {
    boolean[] over = new boolean[1];
    queue.update(() -> over[0] = over());
    return over[0];
  }

  private boolean over() {
    return written && ended;
  }

  /** Ends the connection now. */
  void cut() {
    Sockets.close(socket);
  }

  private void writeAll() {
    try {
      for (Optional<Frame> next = outgoing.take(); next.isPresent(); next = outgoing.take()) {
        next.get().write(out, ownSeal);
        if (outgoing.isEmpty()) {
          out.flush();
        }
      }
      out.flush();
      // Only half: closing with something unread would throw away what the peer has not read yet.
      socket.shutdownOutput();
    } catch (IOException | InterruptedException | OutOfMemoryError lost) {
      cut();
    } finally {
      queue.update(() -> written = true);
    }
  }

  private void readAll(Listener listener) {
    String why = "closed the connection";
    try {
      while (true) {
        listener.received(Frame.read(in, ProcessGroupBase.MAX_PAYLOAD, peerSeal));
      }
    } catch (EOFException end) {
      // The usual end: the other side has closed, or its process is gone.
    } catch (SocketException reset) {
      // So ends a process that is killed before it has read everything.
      why = "closed the connection (" + CleanText.messageOf(reset) + ")";
    } catch (IOException lost) {
      why = "lost the connection (" + CleanText.messageOf(lost) + ")";
    } catch (RuntimeException failure) {
      why = "caused a failure (" + CleanText.line(CleanText.of(failure)) + ")";
    } catch (OutOfMemoryError full) {
      listener.outOfMemory();
    }
    listener.ended(why);
    queue.update(() -> ended = true);
    end(List.of(this));
  }
}
