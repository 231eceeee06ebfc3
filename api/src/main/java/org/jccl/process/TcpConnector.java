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
import javax.net.ssl.SSLException;
import org.jccl.CleanText;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Connects a member to rank 0, again and again until rank 0 listens or time is over. Runs on a
 * helper thread.
 */
final class TcpConnector implements Callable<TcpConnection> {
  /** Where rank 0 is; asked before each attempt, since a new rank 0 may have taken its place. */
  @FunctionalInterface
  interface Directory {
    /** {@return the settings with rank 0's host, port and secret} */
    TcpSettings find() throws IOException;
  }

  private static final long PAUSE_MILLIS = 50;

  private final TcpSettings settings;
  private final Directory directory;
  private final long deadline;
  private boolean abandoned;
  private @Nullable Socket current;
  private volatile String place;
  private volatile String lastFailure = "nothing was tried";

  TcpConnector(TcpSettings settings) {
    this(settings, () -> settings);
  }

  TcpConnector(TcpSettings settings, Directory directory) {
    this.settings = settings;
    this.directory = directory;
    this.place = settings.place();
    this.deadline = new TimeLimit(settings.timeout()).deadline();
  }

  /** Nobody waits for the result any more. */
  synchronized void abandon() {
    abandoned = true;
    if (current != null) {
      Sockets.close(current);
    }
  }

  private synchronized boolean isAbandoned() {
    return abandoned;
  }

  private synchronized Socket newSocket() throws IOException {
    if (abandoned) {
      throw new IOException("too late");
    }
    Socket socket = new Socket();
    current = socket;
    return socket;
  }

  @Override
  public TcpConnection call() throws Exception {
    while (!isAbandoned() && left().isPositive()) {
      try {
        TcpSettings found = directory.find();
        place = found.place();
        return connect(found);
      } catch (IOException notYet) {
        if (isFinal(notYet)) {
          throw refused(CleanText.messageOf(notYet));
        }
        // Rank 0 does not listen yet, or what listened was on its way out.
        lastFailure = CleanText.messageOf(notYet);
        Thread.sleep(PAUSE_MILLIS);
      }
    }
    throw TcpFollower.late(settings.rank(), settings.worldSize(), silence());
  }

  /** Whether the answer will be the same again; a peer that only hung up may have had no room. */
  private static boolean isFinal(IOException failure) {
    return failure instanceof ProtocolException
        || (failure instanceof SSLException && !(failure.getCause() instanceof EOFException));
  }

  String silence() {
    return "no process group answers at "
        + place
        + " (last: "
        + lastFailure
        + "). Is rank 0 running, and is this its address?";
  }

  private Duration left() {
    return Duration.ofNanos(deadline - System.nanoTime());
  }

  private int leftMillis() {
    return Math.clamp(left().toMillis(), 1, Integer.MAX_VALUE);
  }

  /** Tries each address of the host. */
  private TcpConnection connect(TcpSettings found) throws IOException {
    IOException last = new IOException("the host has no address");
    for (InetAddress address : TcpProcessGroup.resolve(found.host(), found.secret())) {
      try {
        return connect(address, found);
      } catch (IOException failure) {
        if (isFinal(failure)) {
          throw failure;
        }
        last = failure;
      }
    }
    throw last;
  }

  private TcpConnection connect(InetAddress address, TcpSettings found) throws IOException {
    Socket socket = newSocket();
    boolean linked = false;
    try {
      if (settings.networkInterface() != null) {
        socket.bind(
            new InetSocketAddress(
                Sockets.addressOfInterface(settings.networkInterface(), address), 0));
      }
      socket.connect(new InetSocketAddress(address, found.port()), leftMillis());
      Sockets.configure(socket);
      TcpConnection connection =
          new TcpConnection(TcpTls.member(socket, settings.tls(), leftMillis()));
      greet(connection, new Secret(found.secret()));
      linked = !isAbandoned();
      return connection;
    } finally {
      if (!linked) {
        Sockets.close(socket);
      }
    }
  }

  private void greet(TcpConnection connection, Secret secret) throws IOException {
    int rank = settings.rank();
    int worldSize = settings.worldSize();
    Frame challenge = connection.read(left());
    if (challenge.kind() != Frame.Kind.CHALLENGE
        || challenge.payload().length != Secret.NONCE_BYTES) {
      throw new ProtocolException("what answers does not greet as a process group");
    }
    byte[] theirs = challenge.payload();
    byte[] mine = secret.nonce();
    byte[] proof = secret.memberProof(theirs, mine, rank, worldSize);
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
    byte[] expected = secret.leaderProof(theirs, mine, rank, worldSize);
    if (answer.kind() != Frame.Kind.WELCOME || !Secret.same(expected, answer.payload())) {
      throw new ProtocolException("what answers does not know the group's secret");
    }
    connection.seal(
        secret.memberSeal(theirs, mine, rank, worldSize),
        secret.leaderSeal(theirs, mine, rank, worldSize));
  }

  private CollectiveException refused(String why) {
    return new CollectiveException(
        ResultCode.INVALID_USAGE, settings.who() + "join at " + place + ": " + why);
  }
}
