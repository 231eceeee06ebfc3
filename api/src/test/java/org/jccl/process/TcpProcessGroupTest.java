package org.jccl.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jccl.CollectiveException;
import org.jccl.CollectiveTimeoutException;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.testing.Crew;
import org.junit.jupiter.api.Test;

class TcpProcessGroupTest {
  private static final String HOST = "127.0.0.1";
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(200);

  @Test
  void operations_giveWhatTheyGiveInOneJvm() {
    Crew<List<String>> crew =
        group(
            3,
            LONG,
            (group, rank) -> {
              group.barrier(LONG);
              List<byte[]> all = group.allGather(bytes("from " + rank));
              byte[] last = group.broadcast(bytes("root " + rank), 2);
              byte[] first = group.broadcast(bytes("root " + rank), 0);
              assertThat(group.rank()).isEqualTo(rank);
              assertThat(group.worldSize()).isEqualTo(3);
              return List.of(
                  text(all.get(0)), text(all.get(1)), text(all.get(2)), text(last), text(first));
            });

    for (int rank = 0; rank < 3; rank++) {
      assertThat(crew.result(rank))
          .containsExactly("from 0", "from 1", "from 2", "root 2", "root 0");
    }
  }

  @Test
  void gather_reachesTheRootAlone_whoeverThatIs() {
    Crew<List<String>> crew =
        group(
            3,
            LONG,
            (group, rank) -> {
              List<String> seen = new ArrayList<>();
              for (int root = 0; root < 3; root++) {
                for (byte[] part : group.gather(bytes(root + "/" + rank), root)) {
                  seen.add(text(part));
                }
              }
              return seen;
            });

    for (int rank = 0; rank < 3; rank++) {
      assertThat(crew.result(rank)).containsExactly(rank + "/0", rank + "/1", rank + "/2");
    }
  }

  @Test
  void largestPayload_arrivesWhole() {
    byte[] large = new byte[ProcessGroupBase.MAX_PAYLOAD];
    Arrays.fill(large, (byte) 7);
    large[large.length - 1] = 8;

    Crew<byte[]> crew = group(3, LONG, (group, rank) -> group.broadcast(large, 1));

    assertThat(crew.result(0)).isEqualTo(large);
    assertThat(crew.result(2)).isEqualTo(large);
  }

  @Test
  void manySteps_stayInOrder() {
    group(
            4,
            LONG,
            (group, rank) -> {
              for (int i = 0; i < 100; i++) {
                byte[] mine = bytes(rank + "/" + i);
                assertThat(text(group.allGather(mine).get(i % 4))).isEqualTo(i % 4 + "/" + i);
              }
              return null;
            })
        .requireNoFailure();
  }

  @Test
  void worldOfOne_needsNoSocket() {
    try (ProcessGroup alone = ProcessGroups.tcp(HOST, 1, 0, 1, "", SHORT)) {
      assertThat(alone.allGather(bytes("x"))).hasSize(1);
    }
  }

  @Test
  void wrongSecret_isRefused_andTheGroupWaitsOnForItsOwn() {
    TcpLeader leader = leader(2, "right", LONG);
    Crew<ProcessGroup> stranger =
        Crew.start(1, i -> ProcessGroups.tcp(HOST, leader.port(), 1, 2, "wrong", LONG));
    Crew<ProcessGroup> zero = Crew.start(1, i -> leader.join(LONG));

    assertThat(stranger.join().failure(0))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("rank 1/2")
        .hasMessageContaining("the secret is wrong");

    ProcessGroup one = ProcessGroups.tcp(HOST, leader.port(), 1, 2, "right", LONG);
    ProcessGroup nought = zero.join().result(0);
    one.close();
    nought.close();
  }

  @Test
  void leaderWithoutTheSecret_isNotBelieved() {
    TcpLeader leader = leader(2, "other", LONG);
    Crew.start(1, i -> leader.join(LONG));

    assertThatThrownBy(() -> ProcessGroups.tcp(HOST, leader.port(), 1, 2, "mine", LONG))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("secret");
  }

  @Test
  void refusedConnections_areNamedWhenJoiningRunsOutOfTime() throws IOException {
    TcpLeader leader = leader(2, "right", Duration.ofSeconds(8));
    Crew<ProcessGroup> zero = Crew.start(1, i -> leader.join(Duration.ofSeconds(8)));
    assertThatThrownBy(() -> ProcessGroups.tcp(HOST, leader.port(), 1, 2, "wrong", LONG))
        .isInstanceOf(CollectiveException.class);

    assertThat(zero.join().failure(0))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("rank 0/2, join")
        .hasMessageContaining("have not come: [1]")
        .hasMessageContaining("wrong secret");
  }

  @Test
  void strangersThatTalkNonsense_doNotDisturb() throws IOException {
    TcpLeader leader = leader(2, "s", LONG);
    Crew<ProcessGroup> zero = Crew.start(1, i -> leader.join(LONG));
    try (Socket socket = new Socket(HOST, leader.port())) {
      socket.getOutputStream().write(bytes("GET / HTTP/1.1\r\n\r\n and some more bytes to read"));
      Frame challenge =
          Frame.read(new DataInputStream(socket.getInputStream()), Frame.MAX_UNPROVEN);
      assertThat(challenge.kind()).isEqualTo(Frame.Kind.CHALLENGE);

      ProcessGroup one = ProcessGroups.tcp(HOST, leader.port(), 1, 2, "s", LONG);
      one.close();
      zero.join().result(0).close();
    }
  }

  @Test
  void somethingElseAtThePort_isNamed() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getByName(HOST))) {
      Crew.start(
          1,
          i -> {
            try (Socket socket = other.accept()) {
              socket.getOutputStream().write(bytes("220 mail ready, and then some more bytes"));
              return socket.getInputStream().read();
            }
          });

      assertThatThrownBy(() -> ProcessGroups.tcp(HOST, other.getLocalPort(), 1, 2, "s", LONG))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("no jccl process group");
    }
  }

  @Test
  void nobodyAtThePort_isATimeOutThatSaysSo() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      port = free.getLocalPort();
    }

    assertThatThrownBy(() -> ProcessGroups.tcp(HOST, port, 1, 2, "s", SHORT))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("rank 1/2, join")
        .hasMessageContaining("no process group answers at 127.0.0.1:" + port)
        .hasMessageContaining("Is rank 0 running");
  }

  @Test
  void rankThatNeverJoins_isNamedToAll() {
    TcpLeader leader = leader(3, "s", Duration.ofSeconds(8));

    Crew<ProcessGroup> crew =
        Crew.run(
            2,
            rank ->
                rank == 0
                    ? leader.join(Duration.ofSeconds(8))
                    : ProcessGroups.tcp(HOST, leader.port(), 1, 3, "s", LONG));

    assertThat(crew.failure(0))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("2]");
    assertThat(crew.failure(1))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("rank 1/3, join: rank 0 waited")
        .hasMessageContaining("2]");
  }

  @Test
  void differentWorldSizes_areReportedToAll_withBoth() {
    TcpLeader leader = leader(3, "s", LONG);

    Crew<ProcessGroup> crew =
        Crew.run(
            2,
            rank ->
                rank == 0
                    ? leader.join(LONG)
                    : ProcessGroups.tcp(HOST, leader.port(), 1, 4, "s", LONG));

    for (int rank = 0; rank < 2; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("rank 0 says 3, rank 1 says 4");
    }
  }

  @Test
  void sameRankTwice_isReportedToAll() {
    TcpLeader leader = leader(3, "s", LONG);

    Crew<ProcessGroup> crew =
        Crew.run(
            3,
            rank ->
                rank == 0
                    ? leader.join(LONG)
                    : ProcessGroups.tcp(HOST, leader.port(), 1, 3, "s", LONG));

    for (int rank = 0; rank < 3; rank++) {
      assertThat(crew.failure(rank)).hasMessageContaining("two members say they are rank 1");
    }
  }

  @Test
  void differentOperations_areReportedToAll_withBoth() {
    Crew<Object> crew =
        group(
            3,
            LONG,
            (group, rank) -> {
              if (rank == 2) {
                return group.broadcast(bytes("x"), 1);
              }
              return group.allGather(bytes("x"));
            });

    for (int rank = 0; rank < 3; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("the ranks disagree")
          .hasMessageContaining("broadcast #0 from root 1")
          .hasMessageContaining("all_gather #0");
    }
  }

  @Test
  void lateMember_isNamedToAll_whoeverLosesPatience() {
    for (int impatient = 0; impatient < 2; impatient++) {
      int first = impatient;
      CountDownLatch over = new CountDownLatch(2);
      Crew<Object> crew =
          group(
              3,
              LONG,
              (group, rank) -> {
                if (rank == 2) {
                  over.await();
                } else {
                  try {
                    group.barrier(rank == first ? SHORT : LONG);
                  } finally {
                    over.countDown();
                  }
                }
                return null;
              });

      for (int rank = 0; rank < 2; rank++) {
        assertThat(crew.failure(rank))
            .isInstanceOf(CollectiveTimeoutException.class)
            .hasMessageContaining("rank " + rank + "/3, barrier #0")
            .hasMessageContaining("rank " + first + " waited 0.2 s")
            .hasMessageContaining("2]");
      }
    }
  }

  @Test
  void memberThatCloses_failsTheOthersAtOnce_alsoRankZero() {
    for (int leaver = 0; leaver < 3; leaver++) {
      int gone = leaver;
      Crew<Object> crew =
          group(
              3,
              LONG,
              (group, rank) -> {
                if (rank != gone) {
                  group.barrier(LONG);
                }
                return null;
              });

      for (int rank = 0; rank < 3; rank++) {
        if (rank != gone) {
          assertThat(crew.failure(rank))
              .isInstanceOf(CollectiveException.class)
              .hasMessageContaining("rank " + gone)
              .hasMessageContaining("closed its process group");
        }
      }
    }
  }

  @Test
  void memberThatDies_failsTheOthersAtOnce() {
    TcpLeader leader = leader(3, "s", LONG);

    Crew<Object> crew =
        Crew.run(
            3,
            rank -> {
              if (rank == 2) {
                dyingMember(leader.port());
                return null;
              }
              ProcessGroup group =
                  rank == 0
                      ? leader.join(LONG)
                      : ProcessGroups.tcp(HOST, leader.port(), 1, 3, "s", LONG);
              try (group) {
                group.barrier(LONG);
                return null;
              }
            });

    for (int rank = 0; rank < 2; rank++) {
      assertThat(crew.failure(rank))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("rank 2 will not come to barrier #0")
          .hasMessageContaining("closed the connection");
      assertThat(((CollectiveException) crew.failure(rank)).code())
          .isEqualTo(ResultCode.REMOTE_ERROR);
    }
  }

  /** Joins as rank 2 of 3 by hand, and then is gone without a word. */
  private static void dyingMember(int port) throws IOException {
    try (Socket socket = new Socket(HOST, port)) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      Secret secret = new Secret("s");
      byte[] challenge = Frame.read(in, Frame.MAX_UNPROVEN).payload();
      byte[] nonce = secret.nonce();
      byte[] proof = secret.memberProof(challenge, nonce, 2, 3);
      byte[] hello = Arrays.copyOf(nonce, nonce.length + proof.length);
      System.arraycopy(proof, 0, hello, nonce.length, proof.length);
      Frame.of(Frame.Kind.HELLO, 2, 3, hello).write(out);
      assertThat(Frame.read(in, Frame.MAX_UNPROVEN).kind()).isEqualTo(Frame.Kind.WELCOME);
      Frame.of(Frame.Kind.ARRIVE, 2, 3, new byte[0])
          .write(out, secret.memberSeal(challenge, nonce, 2, 3));
      FrameSeal seal = secret.leaderSeal(challenge, nonce, 2, 3);
      assertThat(Frame.read(in, Frame.MAX_UNPROVEN, seal).kind()).isEqualTo(Frame.Kind.RESULT);
    }
  }

  @Test
  void interruptedMember_keepsItsFlag_andTheOthersLearn() {
    TcpLeader leader = leader(3, "s", LONG);
    CountDownLatch joined = new CountDownLatch(3);
    CountDownLatch over = new CountDownLatch(2);
    Crew<Boolean> crew =
        Crew.start(
            3,
            rank -> {
              ProcessGroup group =
                  rank == 0
                      ? leader.join(LONG)
                      : ProcessGroups.tcp(HOST, leader.port(), rank, 3, "s", LONG);
              joined.countDown();
              try (group) {
                if (rank == 2) {
                  over.await();
                  return true;
                }
                assertThatThrownBy(() -> group.barrier(LONG))
                    .isInstanceOf(CollectiveException.class)
                    .hasMessageContaining("interrupted");
                over.countDown();
                return Thread.currentThread().isInterrupted();
              }
            });
    await(joined);
    crew.thread(1).interrupt();

    crew.join();
    assertThat(crew.result(0)).isFalse();
    assertThat(crew.result(1)).isTrue();
  }

  @Test
  void emptySecret_isForLoopbackOnly() {
    assertThatThrownBy(() -> TcpProcessGroup.resolve("192.0.2.1", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("192.0.2.1 is not a loopback address")
        .hasMessageContaining("same secret");
    assertThatThrownBy(() -> TcpProcessGroup.resolve("0.0.0.0", ""))
        .isInstanceOf(IllegalArgumentException.class);

    TcpLeader leader = leader(2, "", LONG);
    Crew<ProcessGroup> crew =
        Crew.run(
            2,
            rank ->
                rank == 0
                    ? leader.join(LONG)
                    : ProcessGroups.tcp("localhost", leader.port(), 1, 2, "", LONG));
    crew.result(1).close();
    crew.result(0).close();
  }

  @Test
  void argumentsAreRefused() {
    assertThatThrownBy(() -> ProcessGroups.tcp(HOST, 0, 0, 2, "s", LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("port 0 is not in 1..65535");
    assertThatThrownBy(() -> ProcessGroups.tcp(HOST, 1, 2, 2, "s", LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rank 2 is not in 0..1");
    assertThatThrownBy(() -> ProcessGroups.tcp(HOST, 1, 0, 0, "s", LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("world size 0");
  }

  @Test
  void environment_namesTheFirstVariableThatIsMissingOrWrong() {
    Map<String, String> env = new HashMap<>();
    assertFirstComplaint(env, "RANK is not set");
    env.put("RANK", "one");
    assertFirstComplaint(env, "RANK is 'one'");
    env.put("RANK", "1");
    assertFirstComplaint(env, "WORLD_SIZE is not set");
    env.put("WORLD_SIZE", "1");
    assertFirstComplaint(env, "RANK is 1, expected less than WORLD_SIZE 1");
    env.put("WORLD_SIZE", "2");
    assertFirstComplaint(env, "MASTER_ADDR is not set");
    env.put("MASTER_ADDR", HOST);
    assertFirstComplaint(env, "MASTER_PORT is not set");
    env.put("MASTER_PORT", "70000");
    assertFirstComplaint(env, "MASTER_PORT is '70000'");
    env.put("MASTER_PORT", "29500");
    env.put("MASTER_ADDR", "192.0.2.1");
    assertFirstComplaint(env, "JCCL_GROUP_SECRET is not set");
  }

  @Test
  void environment_joins() {
    Map<String, String> env =
        Map.of("MASTER_ADDR", HOST, "MASTER_PORT", "29500", "RANK", "0", "WORLD_SIZE", "1");

    try (ProcessGroup group = EnvironmentGroup.join(new LaunchVariables(env), LONG)) {
      assertThat(group.worldSize()).isEqualTo(1);
    }
  }

  private static void assertFirstComplaint(Map<String, String> env, String words) {
    assertThatThrownBy(() -> EnvironmentGroup.join(new LaunchVariables(env), LONG))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(words);
  }

  private interface Program<T> {
    T run(ProcessGroup group, int rank) throws Exception;
  }

  /** Joins a group of {@code size} and runs a program on every member, which then closes. */
  private static <T> Crew<T> group(int size, Duration timeout, Program<T> program) {
    TcpLeader leader = leader(size, "s", timeout);
    return Crew.run(
        size,
        rank -> {
          try (ProcessGroup group =
              rank == 0
                  ? leader.join(timeout)
                  : ProcessGroups.tcp(HOST, leader.port(), rank, size, "s", timeout)) {
            return program.run(group, rank);
          }
        });
  }

  private static TcpLeader leader(int size, String secret, Duration timeout) {
    return TcpProcessGroup.listen(TcpSettings.of(HOST, 0, 0, size, secret, timeout));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupt) {
      throw new AssertionError(interrupt);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
