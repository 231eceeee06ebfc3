package org.jccl.nccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ProcessGroup;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.nccl.FakeDevices.FakeStream;
import org.jccl.nccl.ffi.FakeNccl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Communicators that can no longer go on are ended, and say why. */
@Timeout(60)
class WatchdogTest {
  private static final UniqueId ID = UniqueId.of(new byte[UniqueId.BYTES]);

  private final CountDownLatch aborted = new CountDownLatch(1);
  private final FakeNccl fake =
      new FakeNccl(22809)
          .on(
              "ncclCommAbort",
              arguments -> {
                aborted.countDown();
                return 0;
              });
  private final NcclBackend backend =
      NcclBackend.over(fake.library(), owner -> FakeDevices.of(owner, 2));

  /** A group over processes, one of which may be lost. */
  private static final class Group implements ProcessGroup {
    volatile @Nullable String lost;

    @Override
    public int rank() {
      return 0;
    }

    @Override
    public int worldSize() {
      return 2;
    }

    @Override
    public byte[] broadcast(byte[] payload, int root) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<byte[]> allGather(byte[] payload) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void barrier(Duration timeout) {}

    @Override
    public boolean spansProcesses() {
      return true;
    }

    @Override
    public Optional<String> lostMember() {
      return Optional.ofNullable(lost);
    }

    @Override
    public void close() {}
  }

  private Communicator open(CommunicatorConfig.Builder config) {
    return open(ID, config);
  }

  private Communicator open(UniqueId id, CommunicatorConfig.Builder config) {
    return backend.newCommunicator(
        id,
        0,
        2,
        backend.devices().getFirst(),
        config.closeTimeout(Duration.ofMillis(100)).build());
  }

  private void awaitAbort() throws InterruptedException {
    assertThat(aborted.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void sum(Communicator comm) {
    DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4);
    comm.allReduce(buffer, buffer, ReduceOp.SUM);
  }

  @Test
  void lostMember_abortsTheCommunicator_andEveryCallSaysWhy() throws Exception {
    Group group = new Group();
    Communicator comm = open(CommunicatorConfig.builder());
    comm.watch(group);
    sum(comm);

    group.lost = "rank 1 has ended without leaving its process group";
    awaitAbort();

    assertThat(comm.state()).isEqualTo(State.ABORTED);
    String why =
        "was aborted: rank 1 has ended without leaving its process group; on this rank 1 call was issued";
    assertThatThrownBy(() -> sum(comm))
        .isInstanceOf(CommunicatorAbortedException.class)
        .hasMessageContaining(why);
    assertThat(((FakeStream) comm.defaultStream()).refusal).hasMessageContaining(why);
  }

  @Test
  void streamOfTheProgram_isInterruptedOnce() throws Exception {
    Group group = new Group();
    Communicator comm = open(CommunicatorConfig.builder());
    comm.watch(group);
    FakeStream own = (FakeStream) comm.device().newStream();
    DeviceBuffer buffer = comm.device().allocate(DataType.FLOAT32, 4);
    comm.allReduce(buffer, buffer, ReduceOp.SUM, own);

    group.lost = "rank 1 has ended";
    awaitAbort();

    assertThat(own.interruption).hasMessageContaining("rank 1 has ended");
    assertThat(own.refusal).isNull();
  }

  @Test
  void errorThatNcclFinds_abortsTheCommunicator() throws Exception {
    Communicator comm = open(CommunicatorConfig.builder());
    fake.on(
        "ncclCommGetAsyncError",
        arguments -> FakeNccl.setInt(arguments[1], ResultCode.REMOTE_ERROR.code()));
    comm.watch(new Group());

    awaitAbort();

    assertThatThrownBy(() -> sum(comm)).hasMessageContaining("NCCL reports");
  }

  @Test
  void workOlderThanTheTimeOut_abortsTheCommunicator() throws Exception {
    Communicator comm = open(CommunicatorConfig.builder().operationTimeout(Duration.ofMillis(200)));
    ((FakeStream) comm.defaultStream()).busy = true;
    sum(comm);

    awaitAbort();

    assertThatThrownBy(() -> sum(comm))
        .isInstanceOf(CommunicatorAbortedException.class)
        .hasMessageContaining("has not ended in")
        .hasMessageContaining("operationTimeout");
  }

  @Test
  void timeOut_saysHowFarTheOtherRanksOfThisProcessAre() throws Exception {
    byte[] own = new byte[UniqueId.BYTES];
    own[0] = 1;
    UniqueId id = UniqueId.of(own); // the other tests' ranks are of another communicator
    Communicator ahead =
        open(id, CommunicatorConfig.builder().operationTimeout(Duration.ofMillis(200)));
    Communicator behind =
        backend.newCommunicator(id, 1, 2, backend.devices().get(1), CommunicatorConfig.defaults());
    ((FakeStream) ahead.defaultStream()).busy = true;
    sum(ahead);
    sum(behind);
    ahead.group(
        group -> {
          DeviceBuffer buffer = ahead.device().allocate(DataType.INT32, 2);
          group.broadcast(buffer, 1);
        });

    awaitAbort();

    assertThatThrownBy(() -> sum(ahead))
        .hasMessageContaining(
            "rank 1 has issued 1 call: #1 was all_reduce of 4 FLOAT32 (sum), and is in no call now;"
                + " rank 0 has issued 2 calls: #2 is broadcast of 2 INT32 (root 1)");
    behind.close();
    assertThat(behind.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void rankThatClosesEarly_isNamed_byWhoWaits() throws Exception {
    byte[] own = new byte[UniqueId.BYTES];
    own[0] = 2;
    UniqueId id = UniqueId.of(own);
    Communicator waits =
        open(id, CommunicatorConfig.builder().operationTimeout(Duration.ofSeconds(30)));
    Communicator early =
        backend.newCommunicator(id, 1, 2, backend.devices().get(1), CommunicatorConfig.defaults());
    sum(waits);
    sum(early);
    early.close();
    ((FakeStream) waits.defaultStream()).busy = true;
    waits.send(waits.device().allocate(DataType.INT32, 2), 1); // a message is no collective
    sum(waits);

    awaitAbort();

    assertThatThrownBy(() -> sum(waits))
        .isInstanceOf(CommunicatorAbortedException.class)
        .hasMessageContaining(
            "rank 1 has closed it after 1 collective; this rank has issued 2 and waits: its last"
                + " call is all_reduce");
  }

  /** A library that waits for its peers inside the call of an operation, until it is aborted. */
  private void waitsIn(String function) {
    fake.on(
        function,
        arguments -> {
          try {
            aborted.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
          return ResultCode.REMOTE_ERROR.code();
        });
  }

  private static void sum(Communicator comm, boolean isGrouped) {
    if (isGrouped) {
      comm.group(group -> sum(comm));
    } else {
      sum(comm);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deathBeforeTheFirstCall_endsTheWaitInside(boolean isGrouped) {
    Group group = new Group();
    Communicator comm = open(CommunicatorConfig.builder());
    comm.watch(group);
    waitsIn(isGrouped ? "ncclGroupEnd" : "ncclAllReduce");
    group.lost = "rank 1 has ended";

    assertThatThrownBy(() -> sum(comm, isGrouped))
        .isInstanceOf(CommunicatorAbortedException.class)
        .hasMessageContaining("rank 1 has ended");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rankThatClosesBeforeTheFirstCall_isNamed_byWhoWaitsInside(boolean isGrouped) {
    byte[] own = new byte[UniqueId.BYTES];
    own[0] = 3;
    own[1] = (byte) (isGrouped ? 1 : 0);
    UniqueId id = UniqueId.of(own);
    Communicator waits =
        open(id, CommunicatorConfig.builder().operationTimeout(Duration.ofSeconds(45)));
    backend
        .newCommunicator(id, 1, 2, backend.devices().get(1), CommunicatorConfig.defaults())
        .close();
    waitsIn(isGrouped ? "ncclGroupEnd" : "ncclAllReduce");

    assertThatThrownBy(() -> sum(waits, isGrouped))
        .isInstanceOf(CommunicatorAbortedException.class)
        .hasMessageContaining(
            "rank 1 has closed it after 0 collectives; this rank has issued 1 and waits: its"
                + " last call is all_reduce of 4 FLOAT32 (sum)");
  }

  @Test
  void libraryThatDoesNotComeBackAfterADeath_holdsNobodyToTheTimeOut() {
    Group group = new Group();
    Communicator comm = open(CommunicatorConfig.builder().operationTimeout(Duration.ofHours(1)));
    comm.watch(group);
    CountDownLatch never = new CountDownLatch(1);
    fake.on(
        "ncclAllReduce",
        arguments -> {
          group.lost = "rank 1 has ended";
          try {
            never.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
          return 0;
        });

    assertThatThrownBy(() -> sum(comm))
        .isInstanceOf(CommunicatorAbortedException.class)
        .hasMessageContaining("rank 1 has ended");
    never.countDown();
  }

  @Test
  void deathDuringTheCreation_endsIt_andNamesTheRank() {
    CountDownLatch never = new CountDownLatch(1);
    Group group = new Group();
    fake.on(
        "ncclCommInitRankConfig",
        arguments -> {
          group.lost = "the process of rank 1 has ended";
          try {
            never.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
          return ResultCode.REMOTE_ERROR.code();
        });

    assertThatThrownBy(
            () ->
                backend.newCommunicator(
                    ID, group, backend.devices().getFirst(), CommunicatorConfig.defaults()))
        .hasMessageContaining("creation was given up: the process of rank 1 has ended")
        .hasMessageContaining("ncclCommInitRankConfig has not come back");
    never.countDown();
  }

  @Test
  void callThatDoesNotComeBack_abortsTheCommunicator() throws Exception {
    CountDownLatch never = aborted;
    fake.on(
        "ncclAllReduce",
        arguments -> {
          try {
            never.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
          return ResultCode.REMOTE_ERROR.code();
        });
    Communicator comm = open(CommunicatorConfig.builder().operationTimeout(Duration.ofMillis(200)));

    assertThatThrownBy(() -> sum(comm))
        .hasMessageContaining("a call of the library has not come back");

    awaitAbort();
  }

  /** A RAS that answers with {@code words}, or never. */
  private static ServerSocket ras(@Nullable String words) throws IOException {
    ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (Socket socket = server.accept();
                  BufferedReader in =
                      new BufferedReader(
                          new InputStreamReader(
                              socket.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                  boolean isQuestion = line.equals("STATUS");
                  String answer = line.startsWith("CLIENT") ? "SERVER PROTOCOL 2\n" : "OK\n";
                  String said = isQuestion && words != null ? words : answer;
                  if (!isQuestion || words != null) {
                    socket.getOutputStream().write(said.getBytes(StandardCharsets.UTF_8));
                  }
                  if (isQuestion && words != null) {
                    return;
                  }
                }
              } catch (IOException closed) {
                // The question was given up.
              }
            });
    return server;
  }

  @Test
  void reportOfATimeOut_quotesRas_withoutItsControlCharactersAndNotAllOfIt() throws Exception {
    String words = "Job summary\n\u001b[31mComm 1: rank 1 UNRESPONSIVE\n" + "x".repeat(100_000);
    try (ServerSocket server = ras(words)) {
      backend.quotes(RasQuote.of("127.0.0.1", server.getLocalPort()));
      Communicator comm =
          open(CommunicatorConfig.builder().operationTimeout(Duration.ofMillis(100)));
      ((FakeStream) comm.defaultStream()).busy = true;
      sum(comm);

      awaitAbort();

      assertThatThrownBy(() -> sum(comm))
          .hasMessageContaining("operationTimeout")
          .hasMessageContaining("NCCL's RAS at 127.0.0.1:" + server.getLocalPort() + " says:")
          .hasMessageContaining("\n    Job summary\n")
          .hasMessageContaining("[31mComm 1: rank 1 UNRESPONSIVE")
          .hasMessageContaining("there is more")
          .satisfies(
              thrown ->
                  assertThat(thrown.getMessage()).doesNotContain("\u001b").hasSizeLessThan(4000));
    }
  }

  @Test
  void rasThatDoesNotAnswer_delaysNoAbort() throws Exception {
    try (ServerSocket server = ras(null)) {
      backend.quotes(RasQuote.of("127.0.0.1", server.getLocalPort()));
      Group group = new Group();
      Communicator comm = open(CommunicatorConfig.builder());
      comm.watch(group);
      sum(comm);

      long start = System.nanoTime();
      group.lost = "rank 1 has ended";
      awaitAbort();

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      assertThatThrownBy(() -> sum(comm))
          .hasMessageContaining("rank 1 has ended")
          .hasMessageNotContaining("RAS");
    }
  }

  @Test
  void waitWithALimit_endsWithATimeOut_andTheWorkGoesOn() {
    Communicator comm = open(CommunicatorConfig.builder());
    ((FakeStream) comm.defaultStream()).busy = true;

    assertThatThrownBy(() -> comm.defaultStream().synchronize(Duration.ofMillis(20)))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("its work has not ended in");

    assertThat(comm.state()).isEqualTo(State.READY);
    assertThat(aborted.getCount()).isEqualTo(1);
  }
}
