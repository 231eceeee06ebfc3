package org.jccl.conformance.rules;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;
import org.jccl.Backend;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.conformance.harness.Expects;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/** Creation, use and end of communicators (chapters 2 and 3 of the rule book). */
final class LifecycleRules extends Suite {
  @Example
  public void required_VER_01_theVersionIsThatOfTheLibrary(WorldRank rank) {
    int version = rank.instance().backend().ncclVersion();
    rank.check(version == capabilities().version(), "version code " + version);
  }

  @Example
  public void required_UID_01_idsDiffer(WorldRank rank) {
    Backend backend = rank.instance().backend();
    rank.check(!backend.newUniqueId().equals(backend.newUniqueId()), "two ids are equal");
  }

  @Example
  public void required_INIT_01_ranksKnowTheirPlace() {
    for (int n = 1; n <= atMost(8); n++) {
      int size = n;
      run(
          n,
          rank -> {
            Communicator comm = rank.communicator();
            rank.check(comm.rank() == rank.rank(), "rank() is " + comm.rank());
            rank.check(comm.worldSize() == size, "worldSize() is " + comm.worldSize());
            rank.check(comm.state() == State.READY, "state() is " + comm.state());
            rank.check(
                comm.asyncError() == ResultCode.SUCCESS, "asyncError() is " + comm.asyncError());
            rank.check(
                comm.device() == rank.instance().backend().devices().get(rank.rank()),
                "device() is " + comm.device());
          });
    }
  }

  @Example
  public void required_INIT_04_ranksOutOfRangeAreRefused(WorldRank rank) {
    Backend backend = rank.instance().backend();
    CommunicatorConfig config = CommunicatorConfig.defaults();
    int[][] wrong = {{0, 0}, {1, 1}, {-1, 1}, {0, -1}};
    for (int[] pair : wrong) {
      rank.illegalArgument(
          "rank " + pair[0] + " of " + pair[1],
          () ->
              backend.newCommunicator(
                  backend.newUniqueId(), pair[0], pair[1], rank.device(), config),
          "rank " + pair[0] + " of " + pair[1]);
    }
  }

  @Example
  @AlsoShows("INIT-22")
  @Needs(upTo = 1)
  public void required_INIT_10_oneThreadMayDriveAllRanks(WorldRank rank) {
    int n = rank.worldSize();
    Backend backend = rank.instance().backend();
    List<Device> devices = backend.devices().subList(0, n);
    List<Communicator> all = backend.openAll(devices, CommunicatorConfig.defaults());
    for (int i = 0; i < n; i++) { // INIT-22: what is handed out is finished
      Communicator each = all.get(i);
      rank.check(each.state() == State.READY, "state() is " + each.state());
      rank.check(each.worldSize() == n, "worldSize() is " + each.worldSize());
      rank.check(each.device() == devices.get(i), "device() is " + each.device());
    }
    List<DeviceBuffer> buffers = new ArrayList<>();
    all.forEach(each -> buffers.add(Values.of(each.device(), DataType.INT32, 1)));
    backend.group(
        group -> {
          for (int i = 0; i < n; i++) {
            group.on(all.get(i)).allReduce(buffers.get(i), ReduceOp.SUM);
          }
        });
    for (int i = 0; i < n; i++) {
      all.get(i).defaultStream().synchronize();
      rank.check(all.get(i).rank() == i, "communicator " + i + " has another rank");
      rank.expect("the sum of rank " + i, buffers.get(i), n);
    }
    buffers.forEach(DeviceBuffer::close);
    all.forEach(Communicator::close);
  }

  @Example
  @Needs(upTo = 3)
  public void required_LIF_07_closeWaitsForWhatWasIssued(WorldRank rank) {
    int n = rank.worldSize();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    Communicator comm = rank.open("closed-early");
    for (int i = 0; i < 5; i++) {
      comm.allReduce(buffer, ReduceOp.SUM);
    }
    comm.close();
    rank.expect("the buffer after close", buffer, Math.pow(n, 5));
  }

  @Example
  @Needs(upTo = 2)
  public void required_LIF_12_closeIsIdempotentAndUseAfterItIsRefused(WorldRank rank) {
    Communicator comm = rank.open("short-lived");
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    comm.close();
    comm.close();
    rank.check(comm.state() == State.CLOSED, "state after close: " + comm.state());
    rank.illegalState("a call after close", () -> comm.allReduce(buffer, ReduceOp.SUM), "closed");
    rank.illegalState(
        "a scaled sum after close", () -> comm.preMulSum(DataType.INT32, 2), "closed");
    rank.illegalState(
        "a group after close",
        () -> comm.group(group -> group.allReduce(buffer, ReduceOp.SUM)),
        "closed");
    rank.expect("the buffer of the refused calls", buffer, 1);
  }

  @Example
  public void required_LIF_14_abortEndsTheCommunicatorAlone(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.open("aborted");
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    comm.abort();
    comm.abort();
    rank.check(comm.state() == State.ABORTED, "state after abort: " + comm.state());
    rank.expectThrown(
        "a call after abort",
        CommunicatorAbortedException.class,
        () -> comm.allReduce(buffer, ReduceOp.SUM),
        "aborted");
    comm.close();
    rank.check(comm.state() == State.CLOSED, "state after close: " + comm.state());
    rank.processGroup().barrier(PATIENCE);
    rank.communicator().allReduce(buffer, ReduceOp.SUM);
    rank.communicator().defaultStream().synchronize();
    rank.expect("the buffer of the other communicator", buffer, n);
  }

  @Example
  public void required_LIF_14_abortReleasesWhoWaitsForAMissingPeer(WorldRank rank) {
    Communicator comm = rank.open("never-complete");
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    // Connected first, so that the lone call below returns (STR-11).
    comm.allReduce(buffer, ReduceOp.SUM);
    comm.defaultStream().synchronize();
    if (rank.rank() == 0) {
      comm.allReduce(buffer, ReduceOp.SUM); // rank 1 never does
    }
    rank.processGroup().barrier(PATIENCE);
    comm.abort();
    comm.close();
    rank.processGroup().barrier(PATIENCE);
  }

  @Example
  @Needs(upTo = 3)
  public void required_INIT_21_communicatorsOfOneDeviceAreIndependent(WorldRank rank) {
    int n = rank.worldSize();
    Communicator one = rank.own(rank.open("one"));
    Communicator two = rank.own(rank.open("two"));
    DeviceBuffer a = rank.memory(DataType.INT32, 1);
    DeviceBuffer b = rank.memory(DataType.INT32, 10);
    one.allReduce(a, ReduceOp.SUM);
    two.allReduce(b, ReduceOp.SUM);
    one.defaultStream().synchronize();
    two.defaultStream().synchronize();
    rank.expect("the first sum", a, n);
    rank.expect("the second sum", b, 10.0 * n);
  }

  @Example
  @Needs(oneJvm = true)
  public void required_INIT_02_creationWaitsForEveryRank() {
    int n = atMost(4);
    AtomicInteger came = new AtomicInteger();
    run(
        n,
        rank -> {
          rank.processGroup().barrier(PATIENCE);
          came.incrementAndGet();
          try (Communicator comm = rank.open("barrier")) {
            rank.check(came.get() == n, "creation returned when only " + came + " had come");
            rank.check(comm.worldSize() == n, "worldSize() is " + comm.worldSize());
          }
          rank.processGroup().barrier(PATIENCE);
        });
  }

  @Example
  @Needs(process = true)
  @Expects(leaves = "NCCL's own call waits for ever")
  public void required_INIT_02_aMissingRankIsAnError() {
    CommunicatorConfig soon =
        CommunicatorConfig.builder().initTimeout(Duration.ofSeconds(1)).build();
    // NCCL's own call stays behind and waits for ever.
    run(
        1,
        rank -> {
          Backend backend = rank.instance().backend();
          rank.expectThrown(
              "rank 0 of 2 alone",
              CollectiveTimeoutException.class,
              () -> backend.newCommunicator(backend.newUniqueId(), 0, 2, rank.device(), soon),
              "rank 0",
              "missing");
        });
  }

  @Example
  @AlsoShows("INIT-13")
  public void required_INIT_12_moreRanksThanDevices(WorldRank rank) {
    Backend backend = rank.instance().backend();
    CommunicatorConfig config = CommunicatorConfig.defaults();
    int devices = backend.devices().size();
    List<Device> tooMany = new ArrayList<>(backend.devices());
    tooMany.add(rank.device());
    rank.illegalArgument(
        "more ranks than devices",
        () -> backend.openAll(tooMany, config),
        devices + 1 + " ranks",
        devices + " device");
    rank.illegalArgument("no devices", () -> backend.openAll(List.of(), config), "no devices");
    // The thread is usable: it can still create and operate.
    try (Communicator comm = backend.openAll(List.of(rank.device()), config).getFirst();
        DeviceBuffer buffer = Values.of(rank.device(), DataType.INT32, 4)) {
      comm.allReduce(buffer, ReduceOp.SUM);
      comm.defaultStream().synchronize();
      rank.expect("the sum of one rank", buffer, 4);
    }
  }

  @Example
  public void required_LIF_06_graphsAreClosedFirst(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.open("captured");
    Stream stream = rank.newStream();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
    stream.beginCapture();
    comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
    try (Graph graph = stream.endCapture()) {
      graph.launch(stream);
      stream.synchronize();
    }
    comm.close();
    rank.check(comm.state() == State.CLOSED, "state after close: " + comm.state());
    rank.expect("the sum of both", buffer, (double) n * n);
  }
}
