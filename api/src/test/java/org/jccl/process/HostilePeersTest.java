package org.jccl.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.testing.Crew;
import org.junit.jupiter.api.Test;

/** A TCP group among peers that mean it ill: strangers at the door, and a relay on the path. */
class HostilePeersTest {
  private static final String HOST = "127.0.0.1";
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final UnaryOperator<List<byte[]>> UNCHANGED = frames -> frames;

  @Test
  void silentStrangers_doNotKeepAMemberOut_andAreNamed() throws IOException {
    TcpLeader leader = leader(2, LONG);
    Crew<ProcessGroup> zero = Crew.start(1, i -> leader.join(LONG));
    List<Socket> strangers = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * TcpDoor.MOST_GUESTS; i++) {
        strangers.add(new Socket(HOST, leader.port()));
      }

      ProcessGroup one = ProcessGroups.tcp(HOST, leader.port(), 1, 2, "s", LONG);

      one.close();
      zero.join().result(0).close();
    } finally {
      for (Socket stranger : strangers) {
        stranger.close();
      }
    }
  }

  @Test
  void strangersThatComeBackAtOnce_doNotKeepAMemberOut() {
    TcpLeader leader = leader(2, LONG);
    Crew<ProcessGroup> zero = Crew.start(1, i -> leader.join(LONG));
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger came = new AtomicInteger();
    Crew<Object> strangers =
        Crew.start(
            24,
            i -> {
              for (int times = 0; times < 2_000 && !over.get(); times++) {
                try (Socket stranger = new Socket(HOST, leader.port())) {
                  came.incrementAndGet();
                  stranger.setSoTimeout(10_000);
                  while (stranger.getInputStream().read() >= 0) {
                    // Says nothing, listens until it is sent away.
                  }
                } catch (IOException gone) {
                  // The group is complete, or it was sent away roughly.
                }
              }
              return null;
            });

    ProcessGroup one = ProcessGroups.tcp(HOST, leader.port(), 1, 2, "s", LONG);
    ProcessGroup nought = zero.join().result(0);
    over.set(true);

    strangers.join();
    one.close();
    nought.close();
  }

  @Test
  void aByteAtATime_isCutWhenTheWholeTimeIsOver() throws Exception {
    TcpLeader leader = leader(2, LONG);
    Crew<ProcessGroup> zero = Crew.start(1, i -> leader.join(LONG));
    try (Socket slow = new Socket(HOST, leader.port())) {
      slow.setSoTimeout(200);
      DataInputStream in = new DataInputStream(slow.getInputStream());
      Frame.read(in, Frame.MAX_UNPROVEN);
      ByteArrayOutputStream hello = new ByteArrayOutputStream();
      Frame.of(Frame.Kind.HELLO, 1, 2, new byte[4096]).write(new DataOutputStream(hello));
      assertThat(sendSlowly(slow, hello.toByteArray())).as("bytes until it is cut").isLessThan(200);
    }

    ProcessGroup one = ProcessGroups.tcp(HOST, leader.port(), 1, 2, "s", LONG);
    one.close();
    zero.join().result(0).close();
  }

  /** One byte for each fifth of a second in which nothing is heard; how many until the end. */
  private static int sendSlowly(Socket slow, byte[] bytes) throws IOException {
    for (int sent = 0; sent < bytes.length; sent++) {
      try {
        slow.getOutputStream().write(bytes[sent]);
        if (slow.getInputStream().read() < 0) {
          return sent;
        }
      } catch (SocketTimeoutException nothing) {
        // It is still let speak.
      } catch (IOException cut) {
        return sent;
      }
    }
    return bytes.length;
  }

  @Test
  void changedAnswer_isNotTaken() throws IOException {
    UnaryOperator<List<byte[]>> poison =
        frames -> {
          byte[] frame = frames.getFirst();
          if (frame.length > Frame.HEADER + FrameSeal.BYTES) {
            frame[Frame.HEADER] ^= 1; // The first byte of a payload: of a unique id, say.
          }
          return frames;
        };

    assertThatThrownBy(() -> broadcastThrough(UNCHANGED, poison))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("rank 0 lost the connection")
        .hasMessageContaining("was changed on its way");
  }

  @Test
  void changedOrRepeatedRequest_endsTheGroup() {
    UnaryOperator<List<byte[]>> changed =
        frames -> {
          frames.getFirst()[12] ^= 1; // The world size.
          return frames;
        };
    UnaryOperator<List<byte[]>> repeated = frames -> List.of(frames.getFirst(), frames.getFirst());
    for (UnaryOperator<List<byte[]>> evil : List.of(changed, repeated)) {
      assertThatThrownBy(() -> broadcastThrough(evil, UNCHANGED))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("was changed on its way, repeated, or left out");
    }
  }

  @Test
  void aSealFitsOneFrameOfOneDirection() {
    Secret secret = new Secret("s");
    byte[] one = secret.nonce();
    byte[] other = secret.nonce();
    byte[] header = new byte[Frame.HEADER];
    FrameSeal said = secret.memberSeal(one, other, 1, 2);
    FrameSeal heard = secret.memberSeal(one, other, 1, 2);
    FrameSeal back = secret.leaderSeal(one, other, 1, 2);
    FrameSeal elsewhere = secret.memberSeal(one, secret.nonce(), 1, 2);

    byte[] first = said.next(header, new byte[0]);
    byte[] second = said.next(header, new byte[0]);

    assertThat(heard.next(header, new byte[0])).isEqualTo(first).isNotEqualTo(second);
    assertThat(back.next(header, new byte[0])).isNotEqualTo(first);
    assertThat(elsewhere.next(header, new byte[0])).isNotEqualTo(first);
    assertThat(new Secret("").memberSeal(one, other, 1, 2)).isNull();
  }

  @Test
  void aRelayThatChangesNothing_isNotNoticed() throws IOException {
    assertThat(broadcastThrough(UNCHANGED, UNCHANGED)).isEqualTo("the id");
  }

  /** Rank 1 joins through a relay and takes part in two broadcasts; its failure goes on. */
  private static String broadcastThrough(
      UnaryOperator<List<byte[]>> toLeader, UnaryOperator<List<byte[]>> toMember)
      throws IOException {
    TcpLeader leader = leader(2, LONG);
    try (Strangers.Relay relay = new Strangers.Relay(leader.port(), toLeader, toMember)) {
      Crew<Object> zero =
          Crew.start(
              1,
              i -> {
                try (ProcessGroup group = leader.join(LONG)) {
                  group.broadcast("the id".getBytes(StandardCharsets.UTF_8), 0);
                  return group.allGather(new byte[1]);
                }
              });
      try (ProcessGroup group = ProcessGroups.tcp(HOST, relay.port(), 1, 2, "s", LONG)) {
        String said = new String(group.broadcast(new byte[0], 0), StandardCharsets.UTF_8);
        group.allGather(new byte[1]);
        return said;
      } finally {
        zero.join();
      }
    }
  }

  @Test
  void wordsOfAFalseLeader_areEscaped() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getByName(HOST))) {
      Crew.start(
          1,
          i -> {
            try (Socket socket = other.accept()) {
              DataOutputStream out = new DataOutputStream(socket.getOutputStream());
              Frame.of(Frame.Kind.CHALLENGE, 0, 2, new byte[Secret.NONCE_BYTES]).write(out);
              Frame.read(new DataInputStream(socket.getInputStream()), Frame.MAX_UNPROVEN);
              String evil = "\u001b[2J\u009b31m\u202emoc.live\r\njccl: all is well";
              Frame.of(Frame.Kind.REFUSED, 0, 2, Frame.bytes(evil)).write(out);
              return socket.getInputStream().read();
            }
          });

      assertThatThrownBy(() -> ProcessGroups.tcp(HOST, other.getLocalPort(), 1, 2, "s", LONG))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("\\u001B[2J\\u009B31m\\u202Emoc.live\\r\\njccl")
          .message()
          .doesNotContain("\u001b", "\u009b", "\u202e", "\n");
    }
  }

  @Test
  void aLeaderThatTrickles_doesNotHoldAMember() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getByName(HOST))) {
      Crew<Object> trickle =
          Crew.start(
              1,
              i -> {
                try (Socket socket = other.accept()) {
                  socket.setSoTimeout(50);
                  return sendSlowly(socket, new byte[10_000]);
                }
              });

      assertThatThrownBy(
              () ->
                  ProcessGroups.tcp(HOST, other.getLocalPort(), 1, 2, "s", Duration.ofMillis(500)))
          .isInstanceOf(CollectiveException.class);
      trickle.join();
    }
  }

  @Test
  void failedJoins_leaveThePortFree() throws IOException {
    TcpLeader leader = leader(2, LONG);
    int port = leader.port();
    assertThatThrownBy(() -> leader.join(Duration.ofMillis(50)))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("rank 0 listened at 127.0.0.1:" + port);
    bindAgain(port);

    assertThatThrownBy(() -> ProcessGroups.tcp(HOST, port, 0, Integer.MAX_VALUE, "s", LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("world size 2147483647 is too large");
    bindAgain(port);

    assertThatThrownBy(() -> ProcessGroups.inJvm(500_000_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too large");
  }

  @Test
  void portThatIsTaken_isNamed() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getByName(HOST))) {
      assertThatThrownBy(() -> ProcessGroups.tcp(HOST, other.getLocalPort(), 0, 2, "s", LONG))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("cannot listen at 127.0.0.1:" + other.getLocalPort())
          .hasMessageContaining("a port that is free");
    }
  }

  private static void bindAgain(int port) throws IOException {
    try (ServerSocket again = new ServerSocket()) {
      again.setReuseAddress(true);
      again.bind(new InetSocketAddress(HOST, port));
    }
  }

  @Test
  void aThousandMembers_joinAndMeet() throws IOException {
    int size = 1_000;
    TcpLeader leader = leader(size, LONG);
    Crew<Object> zero =
        Crew.start(
            1,
            i -> {
              try (ProcessGroup group = leader.join(LONG)) {
                return group.allGather("nought".getBytes(StandardCharsets.UTF_8));
              }
            });
    ControlCall join = new ControlCall(ControlOperation.JOIN, 0, 0);
    ControlCall all = new ControlCall(ControlOperation.ALL_GATHER, 0, 0);
    List<Strangers.HandMember> members = new ArrayList<>();
    try {
      for (int rank = 1; rank < size; rank++) {
        members.add(new Strangers.HandMember(leader.port(), rank, size, "s"));
        members.getLast().arrive(join, new byte[0]);
      }
      for (int rank = 1; rank < size; rank++) {
        assertThat(members.get(rank - 1).next().kind()).isEqualTo(Frame.Kind.RESULT);
        members.get(rank - 1).arrive(all, new byte[] {(byte) rank});
      }
      Strangers.HandMember last = members.getLast();
      for (int rank = 0; rank < size; rank++) {
        Frame part = last.next();
        assertThat(part.rank()).isEqualTo(rank);
        assertThat(part.payload()[0]).isEqualTo(rank == 0 ? (byte) 'n' : (byte) rank);
      }
    } finally {
      for (Strangers.HandMember member : members) {
        member.close();
      }
    }
    assertThat((List<?>) zero.join().result(0)).hasSize(size);
  }

  @Test
  void memberThatGoesWhileNobodyWaits_isNamedAtTheNextCall() throws IOException {
    TcpLeader leader = leader(2, LONG);
    Crew<ProcessGroup> zero = Crew.start(1, i -> leader.join(LONG));
    Strangers.HandMember member = new Strangers.HandMember(leader.port(), 1, 2, "s");
    member.arrive(new ControlCall(ControlOperation.JOIN, 0, 0), new byte[0]);
    try (ProcessGroup group = zero.join().result(0)) {
      member.close();

      assertThatThrownBy(() -> group.barrier(LONG))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("rank 1 will not come to barrier #0: it closed the connection")
          .extracting(failure -> ((CollectiveException) failure).code())
          .isEqualTo(ResultCode.REMOTE_ERROR);
    }
  }

  private static TcpLeader leader(int size, Duration timeout) {
    return TcpProcessGroup.listen(TcpSettings.of(HOST, 0, 0, size, "s", timeout));
  }
}
