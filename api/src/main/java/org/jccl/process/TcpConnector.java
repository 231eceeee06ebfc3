package org.jccl.process;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Connects a member to rank 0, again and again until rank 0 listens or time is over. Runs on a
 * helper thread.
 */
final class TcpConnector implements Callable<TcpConnection> {
  private static final long PAUSE_MILLIS = 50;

  private final String host;
  private final int port;
  private final int rank;
  private final int worldSize;
  private final Secret secret;
  private final long deadline;
  private boolean abandoned;
  private @Nullable TcpConnection made;
  private volatile String lastFailure = "nothing was tried";

  TcpConnector(String host, int port, int rank, int worldSize, Secret secret, Duration timeout) {
    this.host = host;
    this.port = port;
    this.rank = rank;
    this.worldSize = worldSize;
    this.secret = secret;
    this.deadline = new TimeLimit(timeout).deadline();
  }

  /** Nobody waits for the result any more. */
  synchronized void abandon() {
    abandoned = true;
    if (made != null) {
      made.cut();
    }
  }

  private synchronized boolean isAbandoned() {
    return abandoned;
  }

  private synchronized void handOver(TcpConnection connection) throws IOException {
    if (abandoned) {
      throw new IOException("connected too late");
    }
    made = connection;
  }

  @Override
  public TcpConnection call() throws Exception {
    while (!isAbandoned() && left().isPositive()) {
      try {
        return connect();
      } catch (ProtocolException wrong) {
        throw refused(String.valueOf(wrong.getMessage()));
      } catch (IOException notYet) {
        // Rank 0 does not listen yet, or what listened was on its way out.
        lastFailure = String.valueOf(notYet.getMessage());
        Thread.sleep(PAUSE_MILLIS);
      }
    }
    throw TcpFollower.late(rank, worldSize, silence());
  }

  String silence() {
    return "no process group answers at "
        + host
        + ":"
        + port
        + " (last: "
        + lastFailure
        + "). Is rank 0 running, and is this its address?";
  }

  private Duration left() {
    return Duration.ofNanos(deadline - System.nanoTime());
  }

  private TcpConnection connect() throws IOException {
    InetAddress address = TcpProcessGroup.resolve(host, secret);
    Socket socket = new Socket();
    boolean linked = false;
    try {
      int millis = Math.clamp(left().toMillis(), 1, Integer.MAX_VALUE);
      socket.connect(new InetSocketAddress(address, port), millis);
      TcpConnection connection = new TcpConnection(socket);
      greet(connection);
      handOver(connection);
      linked = true;
      return connection;
    } finally {
      if (!linked) {
        socket.close();
      }
    }
  }

  private void greet(TcpConnection connection) throws IOException {
    Frame challenge = connection.read(left());
    if (challenge.kind() != Frame.Kind.CHALLENGE
        || challenge.payload().length != Secret.NONCE_BYTES) {
      throw new ProtocolException("what answers does not greet as a process group");
    }
    byte[] mine = secret.nonce();
    byte[] proof = secret.memberProof(challenge.payload(), mine, rank, worldSize);
    byte[] hello = ByteBuffer.allocate(mine.length + proof.length).put(mine).put(proof).array();
    connection.write(Frame.of(Frame.Kind.HELLO, rank, worldSize, hello));
    Frame answer;
    try {
      answer = connection.read(left());
    } catch (EOFException end) {
      throw new IOException("rank 0 hung up after the greeting", end);
    }
    if (answer.kind() == Frame.Kind.REFUSED) {
      throw refused("rank 0 refused this member: " + answer.text());
    }
    byte[] expected = secret.leaderProof(challenge.payload(), mine, rank, worldSize);
    if (answer.kind() != Frame.Kind.WELCOME || !Secret.same(expected, answer.payload())) {
      throw new ProtocolException("what answers does not know the group's secret");
    }
  }

  private CollectiveException refused(String why) {
    return new CollectiveException(
        ResultCode.INVALID_USAGE,
        "process group, rank "
            + rank
            + "/"
            + worldSize
            + ", join at "
            + host
            + ":"
            + port
            + ": "
            + why);
  }
}
