package org.jccl.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jccl.CleanText;
import org.jccl.CollectiveTimeoutException;
import org.jccl.MemberAnswer;
import org.jccl.MemberAnswer.Kind;
import org.jccl.MemberVoice;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jspecify.annotations.Nullable;

/**
 * Rank 0 of a TCP group: it listens while the others join, and every operation goes through it. The
 * others are remote members of its {@link GroupRendezvous}, so that both kinds of group behave and
 * speak alike.
 */
final class TcpLeader {
  /** Most bytes of last words that each member is sent. */
  private static final int MOST_LAST_WORDS = 1 << 16;

  private final int worldSize;
  private final Secret secret;
  private final TcpSettings settings;
  private final GroupRendezvous rendezvous;
  private final GroupParts parts = new GroupParts(true);
  private final @Nullable TcpConnection[] connections;
  private final TcpDoor door;
  private final MemberPolls polls;

  /** Who has left, or whose connection has ended: they are not asked anything. */
  private final boolean[] gone;

  /** What each has said before it went; null while it has not. */
  private final byte[] @Nullable [] lastWords;

  private volatile @Nullable MemberVoice ownVoice;

  private TcpLeader(InetAddress address, TcpSettings settings) throws IOException {
    this.worldSize = settings.worldSize();
    this.settings = settings;
    this.secret = new Secret(settings.secret());
    this.rendezvous = new GroupRendezvous(worldSize, true);
    this.connections = new TcpConnection[worldSize];
    this.gone = new boolean[worldSize];
    this.lastWords = new byte[worldSize][];
    this.polls = new MemberPolls(new Carrier());
    // Last: whatever else may fail has not, so that nothing is left behind that listens.
    InetSocketAddress place = new InetSocketAddress(address, settings.port());
    this.door = new TcpDoor(place, Math.min(worldSize, 4096) + TcpDoor.MOST_GUESTS);
  }

  /** Listens; port 0 takes a free one, which {@link #port} tells. */
  static TcpLeader listen(InetAddress address, TcpSettings settings) throws IOException {
    return new TcpLeader(address, settings);
  }

  int port() {
    return door.port();
  }

  /** Where it listens, for people. */
  String address() {
    return door.address();
  }

  /** Listens no more, without having joined. */
  void close() {
    door.close();
    rendezvous.failAll(ResultCode.REMOTE_ERROR, "rank 0 has given up");
    TcpConnection.end(everyLink());
  }

  /** Waits until every rank has joined, or throws and turns everyone away. */
  ProcessGroup join(Duration limit) {
    LeaderProcessGroup self = new LeaderProcessGroup();
    boolean joined = false;
    try {
      door.open(this::welcome);
      self.join(limit);
      joined = true;
      return self;
    } catch (CollectiveTimeoutException late) {
      throw withRefusals(late);
    } finally {
      door.close();
      if (!joined) {
        self.close();
      }
    }
  }

  private CollectiveTimeoutException withRefusals(CollectiveTimeoutException late) {
    List<String> refusals = door.refusals();
    String text = late.getMessage() + "; rank 0 listened at " + address();
    if (!refusals.isEmpty()) {
      text += "; connections that were refused: " + refusals;
    }
    return new CollectiveTimeoutException(text, late);
  }

  /** The challenge; nothing that the other side says is believed before its proof is right. */
  private boolean welcome(Socket plain) throws IOException {
    Socket socket = TcpTls.leader(plain, settings.tls());
    TcpConnection connection = new TcpConnection(socket);
    byte[] nonce = secret.nonce();
    connection.write(Frame.of(Frame.Kind.CHALLENGE, 0, worldSize, nonce));
    Frame hello = connection.read(TcpDoor.GREETING);
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
      connection.write(
          Frame.of(Frame.Kind.REFUSED, 0, worldSize, Frame.bytes("the secret is wrong")));
      throw new IOException("wrong secret");
    }
    if (!door.pass(plain)) {
      throw new IOException("too late");
    }
    byte[] ours = secret.leaderProof(nonce, theirs, rank, size);
    connection.write(Frame.of(Frame.Kind.WELCOME, 0, worldSize, ours));
    connection.seal(
        secret.leaderSeal(nonce, theirs, rank, size), secret.memberSeal(nonce, theirs, rank, size));
    String objection = objection(rank, size, connection);
    if (objection == null) {
      connection.start(
          "process group, rank 0 with rank " + rank, new RequestReader(rank, connection));
    } else {
      connection.start("process group, rank 0 turns away", new IgnoredMember());
      connection.send(
          failed(GroupParts.WHOLE, new GroupFailure(ResultCode.INVALID_USAGE, objection)));
      connection.finish();
      rendezvous.failAll(ResultCode.INVALID_USAGE, objection);
    }
    return true;
  }

  private List<TcpConnection> everyLink() {
    synchronized (connections) {
      return Arrays.stream(connections).filter(Objects::nonNull).toList();
    }
  }

  /** What speaks against a member that knows the secret; takes its place if nothing does. */
  private @Nullable String objection(int rank, int size, TcpConnection connection) {
    if (size != worldSize) {
      return "the ranks disagree on the world size: rank 0 says "
          + worldSize
          + ", rank "
          + rank
          + " says "
          + size;
    }
    if (rank < 1 || rank >= worldSize) {
      return "a member at " + connection.peer() + " says it is rank " + rank + " of " + worldSize;
    }
    synchronized (connections) {
      TcpConnection other = connections[rank];
      if (other != null) {
        return "two members say they are rank "
            + rank
            + ": "
            + other.peer()
            + ", "
            + connection.peer();
      }
      connections[rank] = connection;
    }
    rendezvous.register(rank, new TcpMember(rank, GroupParts.WHOLE, connection));
    return null;
  }

  private CompletableFuture<List<MemberAnswer>> askPart(
      long part, byte[] question, Duration within) {
    int[] members =
        part == GroupParts.WHOLE ? IntStream.range(0, worldSize).toArray() : parts.members(part);
    return polls.ask(question, within, members);
  }

  /** Carries questions to the members, also to the one of this process. */
  private final class Carrier implements MemberPolls.Carrier {
    @Override
    public boolean ask(int rank, long number, byte[] question) {
      if (rank == 0) {
        polls.answered(0, number, FollowerTalk.made(ownVoice, question));
        return true;
      }
      TcpConnection connection;
      synchronized (connections) {
        connection = gone[rank] ? null : connections[rank];
      }
      if (connection != null) {
        connection.send(
            Frame.talk(Frame.Kind.ASK, GroupParts.WHOLE, number, 0, worldSize, question));
      }
      return connection != null;
    }

    @Override
    public byte[] lastWords(int rank) {
      synchronized (connections) {
        byte[] words = lastWords[rank];
        return words == null ? new byte[0] : words;
      }
    }
  }

  private void hasSaid(int rank, byte[] words) {
    synchronized (connections) {
      lastWords[rank] = words.length > MemberAnswer.MOST ? new byte[0] : words;
    }
  }

  /** Tells the members what is known of those that have gone, and ends the connections. */
  private void end() {
    hasSaid(0, FollowerTalk.lastWords(ownVoice));
    List<MemberAnswer> last = new ArrayList<>();
    synchronized (connections) {
      for (int rank = 0; rank < worldSize; rank++) {
        byte[] words = lastWords[rank];
        last.add(
            words == null
                ? MemberAnswer.none(gone[rank] ? Kind.GONE : Kind.NOT_ASKED)
                : new MemberAnswer(Kind.GONE, words));
      }
    }
    byte[] all = MemberPolls.write(last, MOST_LAST_WORDS);
    List<TcpConnection> links = everyLink();
    for (TcpConnection each : links) {
      each.send(Frame.of(Frame.Kind.LAST, GroupParts.WHOLE, 0, worldSize, all));
    }
    polls.close();
    TcpConnection.end(links);
  }

  private void isGone(int rank) {
    synchronized (connections) {
      gone[rank] = true;
    }
    polls.gone(rank);
  }

  private Frame failed(long part, GroupFailure failure) {
    byte[] text = Frame.bytes(failure.text());
    byte[] payload =
        ByteBuffer.allocate(Integer.BYTES + text.length)
            .putInt(failure.code().code())
            .put(text)
            .array();
    return Frame.of(Frame.Kind.FAILED, part, 0, worldSize, payload);
  }

  /** The place of a member at the other end of a connection. */
  private final class TcpMember implements GroupRendezvous.RemoteMember {
    /** In its part. */
    private final int rank;

    private final long part;
    private final TcpConnection connection;

    TcpMember(int rank, long part, TcpConnection connection) {
      this.rank = rank;
      this.part = part;
      this.connection = connection;
    }

    @Override
    public void deliver(GroupRendezvous.Round round) {
      ControlCall call = round.call();
      int contributor = call.operation() == ControlOperation.BROADCAST ? call.root() : 0;
      List<byte[]> result = round.result(rank);
      for (byte[] each : result) {
        connection.send(new Frame(Frame.Kind.RESULT, contributor++, worldSize, call, each));
      }
      if (result.isEmpty()) {
        connection.send(new Frame(Frame.Kind.RESULT, 0, worldSize, call, new byte[0]));
      }
    }

    @Override
    public void fail(GroupFailure failure) {
      connection.send(failed(part, failure));
    }

    @Override
    public void lost(String who) {
      connection.send(Frame.of(Frame.Kind.LOST, part, 0, worldSize, Frame.bytes(who)));
    }
  }

  /** Does in the rendezvous what a member says over its connection. */
  private final class RequestReader implements TcpConnection.Listener {
    private final int rank;
    private final TcpConnection connection;

    RequestReader(int rank, TcpConnection connection) {
      this.rank = rank;
      this.connection = connection;
    }

    @Override
    public void received(Frame frame) {
      ControlCall call = frame.call();
      boolean rootFits = call.root() >= 0 && call.root() < worldSize;
      if (frame.rank() == rank && call.part() != GroupParts.WHOLE && rootFits) {
        receivedOfPart(frame);
        return;
      }
      if (frame.rank() != rank || frame.worldSize() != worldSize || !rootFits) {
        rendezvous.failAll(ResultCode.INTERNAL_ERROR, "rank " + rank + " sent a wrong frame");
        return;
      }
      switch (frame.kind()) {
        case ARRIVE -> rendezvous.arrive(rank, call, frame.payload());
        case GIVE_UP -> rendezvous.giveUp(rank, call, waited(frame));
        case LEAVE -> {
          rendezvous.leave(rank, frame.text());
          parts.leaveAll(rank, frame.text());
        }
        case LAST -> hasSaid(rank, frame.payload());
        case FALL -> {
          rendezvous.fall(rank, frame.text());
          parts.fallAll(rank, frame.text());
        }
        case ASK -> ask(frame);
        case ANSWER -> polls.answered(rank, call.position(), frame.payload());
        default ->
            rendezvous.failAll(
                ResultCode.INTERNAL_ERROR, "rank " + rank + " sent a wrong " + frame.kind());
      }
    }

    private void ask(Frame frame) {
      long part = frame.call().part();
      long number = frame.call().position();
      byte[] said = frame.payload();
      Duration within = Duration.ZERO;
      byte[] question = {};
      if (said.length >= Long.BYTES) {
        within = Duration.ofMillis(ByteBuffer.wrap(said).getLong());
        question = Arrays.copyOfRange(said, Long.BYTES, said.length);
      }
      askPart(part, question, within)
          .thenAccept(
              answers -> {
                byte[] all = MemberPolls.write(answers);
                connection.send(Frame.talk(Frame.Kind.ANSWER, part, number, 0, worldSize, all));
              });
    }

    /** What a member says in a part of the group; its place there is known since it entered. */
    private void receivedOfPart(Frame frame) {
      long part = frame.call().part();
      if (frame.kind() == Frame.Kind.ENTER) {
        enter(part, ByteBuffer.wrap(frame.payload()));
        return;
      }
      GroupParts.Place place = parts.place(part, rank);
      if (place == null || frame.call().root() >= place.rendezvous().size()) {
        String text = "rank " + rank + " is in no such part of the group";
        connection.send(failed(part, new GroupFailure(ResultCode.INVALID_USAGE, text)));
        return;
      }
      switch (frame.kind()) {
        case ARRIVE -> place.rendezvous().arrive(place.rank(), frame.call(), frame.payload());
        case GIVE_UP -> place.rendezvous().giveUp(place.rank(), frame.call(), waited(frame));
        case LEAVE -> parts.leave(part, rank, frame.text());
        case FALL -> place.rendezvous().fall(place.rank(), frame.text());
        case ASK -> ask(frame);
        default ->
            rendezvous.failAll(
                ResultCode.INTERNAL_ERROR, "rank " + rank + " sent a wrong " + frame.kind());
      }
    }

    private void enter(long part, ByteBuffer said) {
      int partRank = said.remaining() == 2 * Integer.BYTES ? said.getInt() : -1;
      int size = partRank < 0 ? 0 : said.getInt();
      if (size < 1 || size > worldSize || partRank < 0 || partRank >= size) {
        rendezvous.failAll(
            ResultCode.INTERNAL_ERROR, "rank " + rank + " sent a wrong " + Frame.Kind.ENTER);
        return;
      }
      GroupRendezvous entered = parts.enter(part, rank, partRank, size);
      entered.register(partRank, new TcpMember(partRank, part, connection));
    }

    private Duration waited(Frame frame) {
      ByteBuffer payload = ByteBuffer.wrap(frame.payload());
      return payload.remaining() == Long.BYTES
          ? Duration.ofMillis(payload.getLong())
          : Duration.ZERO;
    }

    @Override
    public void ended(String why) {
      // It may still listen, and cannot know what rank 0 did not like.
      connection.send(
          failed(GroupParts.WHOLE, new GroupFailure(ResultCode.REMOTE_ERROR, "rank 0 " + why)));
      rendezvous.lose(rank, why);
      parts.loseAll(rank, why);
      isGone(rank);
    }

    @Override
    public void outOfMemory() {
      rendezvous.outOfMemory(0, "reading what rank " + rank + " sent");
    }
  }

  /** For a member that has no place: it is told so, and heard no more. */
  private static final class IgnoredMember implements TcpConnection.Listener {
    @Override
    public void received(Frame frame) {}

    @Override
    public void ended(String why) {}

    @Override
    public void outOfMemory() {}
  }

  /** Rank 0 itself. */
  private final class LeaderProcessGroup extends LocalProcessGroup {
    LeaderProcessGroup() {
      super(rendezvous, parts, 0, worldSize, settings.timeout());
    }

    @Override
    public boolean spansProcesses() {
      return true;
    }

    @Override
    public void giveUp(String why) {
      rendezvous.fall(0, CleanText.line(why));
      parts.fallAll(0, CleanText.line(why));
    }

    @Override
    public void answer(MemberVoice voice) {
      ownVoice = voice;
    }

    @Override
    CompletableFuture<List<MemberAnswer>> askPart(long part, byte[] question, Duration within) {
      return TcpLeader.this.askPart(part, question, within);
    }

    @Override
    void leave() {
      String why = "rank 0 has closed its process group, through which all messages go";
      rendezvous.failAll(ResultCode.REMOTE_ERROR, why);
      parts.failAll(ResultCode.REMOTE_ERROR, why);
      if (FollowerTalk.hasMoreToSay(ownVoice)) {
        Farewells.atExit(TcpLeader.this::end);
      } else {
        end();
      }
    }
  }
}
