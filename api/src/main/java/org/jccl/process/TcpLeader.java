package org.jccl.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jspecify.annotations.Nullable;

/**
 * Rank 0 of a TCP group: it listens while the others join, and every operation goes through it. The
 * others take seats in its {@link Hall}, so that both kinds of group behave and speak alike.
 */
final class TcpLeader {
  private static final Duration GREETING = Duration.ofSeconds(10);
  private static final int MAX_NOTES = 5;

  private final ServerSocket server;
  private final int worldSize;
  private final Secret secret;
  private final Duration timeout;
  private final Hall hall;
  private final @Nullable Link[] links;
  private final Set<Socket> greeted = ConcurrentHashMap.newKeySet();
  private final Deque<String> refusals = new ArrayDeque<>();

  private TcpLeader(ServerSocket server, int worldSize, Secret secret, Duration timeout) {
    this.server = server;
    this.worldSize = worldSize;
    this.secret = secret;
    this.timeout = timeout;
    this.hall = new Hall(worldSize, true);
    this.links = new Link[worldSize];
  }

  /** Listens; port 0 takes a free one, which {@link #port} tells. */
  static TcpLeader listen(
      InetAddress address, int port, int worldSize, Secret secret, Duration timeout)
      throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(address, port), worldSize + 16);
    } catch (IOException failure) {
      server.close();
      throw failure;
    }
    return new TcpLeader(server, worldSize, secret, timeout);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Waits until every rank has joined, or throws and turns everyone away. */
  ProcessGroup join() {
    RealTime.daemon("process group, rank 0 accepts", this::accept);
    LeaderMember self = new LeaderMember();
    boolean joined = false;
    try {
      self.join(timeout);
      joined = true;
      return self;
    } catch (CollectiveTimeoutException late) {
      throw withRefusals(late);
    } finally {
      stopListening();
      if (!joined) {
        self.close();
      }
    }
  }

  private CollectiveTimeoutException withRefusals(CollectiveTimeoutException late) {
    synchronized (refusals) {
      if (refusals.isEmpty()) {
        return late;
      }
      String text = late.getMessage() + "; connections that were refused: " + refusals;
      return new CollectiveTimeoutException(text, late);
    }
  }

  private void stopListening() {
    try {
      server.close();
    } catch (IOException ignored) {
      // It does not listen any more in any case.
    }
    for (Socket stranger : greeted) {
      refuse(stranger, "the group is complete or has failed");
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        // Strangers must not use up threads; the places of members are enough.
        if (greeted.size() >= worldSize + 16) {
          refuse(socket, "too many connections at once");
          continue;
        }
        greeted.add(socket);
        RealTime.daemon("process group, rank 0 greets", () -> greet(socket));
      }
    } catch (IOException closed) {
      // Joining is over.
    }
  }

  private void greet(Socket socket) {
    boolean taken = false;
    try {
      taken = welcome(socket, new Link(socket));
    } catch (IOException failure) {
      note(socket, failure.getMessage());
    } finally {
      greeted.remove(socket);
      if (!taken) {
        quietlyClose(socket);
      }
    }
  }

  /** The challenge; nothing that the other side says is believed before its proof is right. */
  private boolean welcome(Socket socket, Link link) throws IOException {
    byte[] nonce = secret.nonce();
    link.write(Frame.of(Frame.Kind.CHALLENGE, 0, worldSize, nonce));
    Frame hello = link.read(GREETING.compareTo(timeout) < 0 ? GREETING : timeout);
    int rank = hello.rank();
    int size = hello.worldSize();
    byte[] said = hello.payload();
    if (hello.kind() != Frame.Kind.HELLO
        || said.length != Secret.NONCE_BYTES + Secret.PROOF_BYTES) {
      throw new IOException("no proper greeting");
    }
    byte[] theirs = Arrays.copyOf(said, Secret.NONCE_BYTES);
    byte[] proof = Arrays.copyOfRange(said, Secret.NONCE_BYTES, said.length);
    if (!Secret.same(secret.memberProof(nonce, theirs, rank, size), proof)) {
      link.write(Frame.of(Frame.Kind.REFUSED, 0, worldSize, Frame.bytes("the secret is wrong")));
      throw new IOException("wrong secret");
    }
    byte[] ours = secret.leaderProof(nonce, theirs, rank, size);
    link.write(Frame.of(Frame.Kind.WELCOME, 0, worldSize, ours));
    greeted.remove(socket);
    String objection = objection(rank, size, link);
    if (objection == null) {
      link.start("process group, rank 0 with rank " + rank, new Attendant(rank, link));
    } else {
      link.start("process group, rank 0 turns away", new Unheard());
      link.send(failed(new Breakdown(ResultCode.INVALID_USAGE, objection)));
      link.finish();
      hall.breakDown(ResultCode.INVALID_USAGE, objection);
    }
    return true;
  }

  /** What speaks against a member that knows the secret; takes its place if nothing does. */
  private @Nullable String objection(int rank, int size, Link link) {
    if (size != worldSize) {
      return "the ranks disagree on the world size: rank 0 says "
          + worldSize
          + ", rank "
          + rank
          + " says "
          + size;
    }
    if (rank < 1 || rank >= worldSize) {
      return "a member at " + link.peer() + " says it is rank " + rank + " of " + worldSize;
    }
    synchronized (links) {
      Link other = links[rank];
      if (other != null) {
        return "two members say they are rank " + rank + ": " + other.peer() + ", " + link.peer();
      }
      links[rank] = link;
    }
    hall.seat(rank, new RemoteSeat(rank, link));
    return null;
  }

  private void note(Socket socket, @Nullable String why) {
    synchronized (refusals) {
      if (refusals.size() == MAX_NOTES) {
        refusals.removeFirst();
      }
      refusals.addLast(socket.getRemoteSocketAddress() + ": " + why);
    }
  }

  private void refuse(Socket socket, String why) {
    note(socket, why);
    quietlyClose(socket);
  }

  private static void quietlyClose(Socket socket) {
    try {
      socket.close();
    } catch (IOException ignored) {
      // It is closed in any case.
    }
  }

  private Frame failed(Breakdown breakdown) {
    byte[] text = Frame.bytes(breakdown.text());
    byte[] payload =
        ByteBuffer.allocate(Integer.BYTES + text.length)
            .putInt(breakdown.code().code())
            .put(text)
            .array();
    return Frame.of(Frame.Kind.FAILED, 0, worldSize, payload);
  }

  /** The place of a member at the other end of a link. */
  private final class RemoteSeat implements Hall.Seat {
    private final int rank;
    private final Link link;

    RemoteSeat(int rank, Link link) {
      this.rank = rank;
      this.link = link;
    }

    @Override
    public void deliver(Hall.Round round) {
      Step step = round.step();
      int contributor = step.act() == Act.BROADCAST ? step.root() : 0;
      List<byte[]> result = round.result(rank);
      for (byte[] part : result) {
        link.send(new Frame(Frame.Kind.RESULT, contributor++, worldSize, step, part));
      }
      if (result.isEmpty()) {
        link.send(new Frame(Frame.Kind.RESULT, 0, worldSize, step, new byte[0]));
      }
    }

    @Override
    public void fail(Breakdown breakdown) {
      link.send(failed(breakdown));
    }
  }

  /** Does in the hall what a member says over its link. */
  private final class Attendant implements Link.Listener {
    private final int rank;
    private final Link link;

    Attendant(int rank, Link link) {
      this.rank = rank;
      this.link = link;
    }

    @Override
    public void received(Frame frame) {
      Step step = frame.step();
      boolean rootFits = step.root() >= 0 && step.root() < worldSize;
      if (frame.rank() != rank || frame.worldSize() != worldSize || !rootFits) {
        hall.breakDown(ResultCode.INTERNAL_ERROR, "rank " + rank + " sent a wrong frame");
        return;
      }
      switch (frame.kind()) {
        case ARRIVE -> hall.arrive(rank, step, frame.payload());
        case GIVE_UP -> hall.giveUp(rank, step, waited(frame));
        case LEAVE -> {
          hall.leave(rank, frame.text());
          link.finish();
        }
        default ->
            hall.breakDown(
                ResultCode.INTERNAL_ERROR, "rank " + rank + " sent a wrong " + frame.kind());
      }
    }

    private Duration waited(Frame frame) {
      ByteBuffer payload = ByteBuffer.wrap(frame.payload());
      return payload.remaining() == Long.BYTES
          ? Duration.ofMillis(payload.getLong())
          : Duration.ZERO;
    }

    @Override
    public void ended(String why) {
      hall.leave(rank, why);
    }
  }

  /** For a member that has no place: it is told so, and heard no more. */
  private static final class Unheard implements Link.Listener {
    @Override
    public void received(Frame frame) {}

    @Override
    public void ended(String why) {}
  }

  /** Rank 0 itself. */
  private final class LeaderMember extends HallMember {
    LeaderMember() {
      super(hall, 0, worldSize, timeout);
    }

    @Override
    void leave() {
      hall.breakDown(
          ResultCode.REMOTE_ERROR,
          "rank 0 has closed its process group, through which all messages go");
      Link.end(everyLink());
    }

    private List<Link> everyLink() {
      synchronized (links) {
        return Arrays.stream(links).filter(Objects::nonNull).toList();
      }
    }
  }
}
