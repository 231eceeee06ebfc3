package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntSupplier;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.Stream;
import org.jccl.conformance.harness.Values;
import org.jccl.spi.NcclAbi;

/** Streams, order, captures and devices on the raw surface (chapter 7 of the rule book). */
final class RawStreamRules extends RawSuite {
  private static final int REPLAYS = 3;
  private static final int IN_PROGRESS = 7;

  @Example
  public void required_GRP_25_theEndReturnsWhileAStreamIsHeld(RawRank rank) {
    DeviceBuffer held = rank.memory(DataType.INT32, 7);
    DeviceBuffer sum = rank.memory(DataType.INT32, 1);
    rank.connect();
    if (rank.rank() == 0) {
      rank.recv(held, 1); // holds the stream until rank 1 sends
      rank.group(() -> rank.allReduce(sum));
      rank.check(!rank.isIdle(), "the stream is idle before its message came");
    }
    rank.barrier(); // the group's end has returned, and rank 1 has called nothing yet
    if (rank.rank() == 1) {
      rank.send(held, 0);
      rank.group(() -> rank.allReduce(sum));
    }
    rank.synchronize();
    rank.expect("the sum behind the message", sum, 2);
  }

  @Example
  public void required_STR_03_aHeldOperationHoldsTheOtherStreamsOnes(RawRank rank) {
    Stream other = rank.newStream();
    RawRank second = rank.own(new RawRank(rank.world()));
    DeviceBuffer key = rank.memory(DataType.INT32, 9);
    DeviceBuffer held = rank.memory(DataType.INT32, rank.rank());
    DeviceBuffer sum = rank.memory(DataType.INT32, 1);
    rank.connect();
    second.connect();
    if (rank.rank() == 1) {
      rank.succeeds("ncclRecv", () -> second.recvOn(key, 0, rank.stream()));
      rank.send(held, 0); // behind it, so held until rank 0 sends the key
    } else {
      rank.recv(held, 1);
    }
    rank.succeeds(
        "ncclAllReduce on a free stream", () -> rank.sum(sum.address(), sum, other.handle()));
    rank.barrier(); // all ranks have called
    rank.check(!other.isIdle(), "the later operation overtook the held one");
    rank.barrier();
    if (rank.rank() == 0) {
      second.send(key, 1);
    }
    other.synchronize();
    rank.expect("the message, seen by the other stream", held, 1);
    rank.expect("the sum", sum, 2);
    rank.synchronize();
    second.synchronize();
  }

  @Example
  public void optional_STR_04_oneRanksStreamsAreJoinedByEvents(RawRank rank) {
    Stream other = rank.newStream();
    Event copied = rank.newEvent();
    DeviceBuffer x = rank.memory(DataType.INT32, 6);
    DeviceBuffer y = rank.memory(DataType.INT32, 0);
    DeviceBuffer z = rank.memory(DataType.INT32, 0);
    rank.succeeds("ncclAllReduce", () -> rank.sum(y.address(), x, rank.stream()));
    copied.record(rank.typedStream());
    other.waitFor(copied); // NCCL itself gives one rank no order across streams
    rank.succeeds("ncclAllReduce", () -> rank.sum(z.address(), y, other.handle()));
    other.synchronize();
    rank.expect("the copy of a copy", z, 6);
  }

  @Example
  public void required_STR_05_aGroupWaitsForAllItsStreams(RawRank rank) {
    Stream other = rank.newStream();
    RawRank second = rank.own(new RawRank(rank.world()));
    DeviceBuffer held = rank.memory(DataType.INT32, rank.rank());
    DeviceBuffer a = rank.memory(DataType.INT32, 1);
    DeviceBuffer b = rank.memory(DataType.INT32, 2);
    rank.connect();
    second.connect();
    boolean holds = rank.rank() == 0;
    if (holds) {
      rank.succeeds("ncclRecv", () -> second.recvOn(held, 1, other.handle()));
    }
    rank.group(
        () -> {
          rank.allReduce(a);
          rank.succeeds(
              "ncclAllReduce on a stream that may be held",
              () -> rank.sum(b.address(), b, other.handle()));
        });
    rank.barrier(); // all ranks have called
    rank.check(!rank.isIdle(), "the free stream of a group did not wait");
    rank.barrier();
    if (!holds) {
      second.send(held, 0);
    }
    other.synchronize();
    rank.synchronize();
    second.synchronize();
    rank.expect("the sum of the free stream", a, 2);
    rank.expect("the sum of the held stream", b, 4);
  }

  @Example
  public void required_STR_06_streamsOfTwoCommunicatorsAreNotJoined(RawRank rank) {
    RawRank other = rank.own(new RawRank(rank.world()));
    DeviceBuffer held = rank.memory(DataType.INT32, 5 + rank.rank());
    DeviceBuffer sum = rank.memory(DataType.INT32, 1);
    rank.connect();
    other.connect();
    rank.group(
        () -> {
          if (rank.rank() == 0) {
            rank.recv(held, 1); // holds its own stream alone
          }
          other.allReduce(sum);
        });
    other.synchronize();
    rank.expect("the other communicator's sum", sum, 2);
    rank.barrier();
    if (rank.rank() == 1) {
      rank.send(held, 0);
    }
    rank.synchronize();
    rank.expect("the message", held, 6);
  }

  @Example
  @Needs(ownGpus = true)
  public void required_STR_07_theNullStreamIsTheDevicesOwn(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    long b = buffer.address();
    rank.succeeds("ncclAllReduce on null", () -> rank.sum(b, buffer, 0));
    rank.device().synchronize();
    rank.expect("the sum on the null stream", buffer, n);
    rank.succeeds(
        "ncclAllReduce on null with another current device (ARG-40)",
        () -> elsewhere(rank, () -> rank.sum(b, buffer, 0)));
    rank.device().synchronize();
    rank.expect("the next sum on the null stream", buffer, (double) n * n);
  }

  /** Makes a call while the next rank's device is the current one. */
  private static int elsewhere(RawRank rank, IntSupplier call) {
    List<Device> devices = rank.world().instance().backend().devices();
    devices.get((rank.device().index() + 1) % rank.worldSize()).makeCurrent();
    try {
      return call.getAsInt();
    } finally {
      rank.device().makeCurrent();
    }
  }

  @Example
  public void required_ARG_40_anotherCurrentDeviceIsLegal(RawRank rank) {
    DeviceBuffer sum = rank.memory(DataType.INT32, 1);
    DeviceBuffer out = rank.memory(DataType.INT32, rank.rank());
    DeviceBuffer in = rank.memory(DataType.INT32, 7);
    elsewhere(
        rank,
        () -> {
          rank.allReduce(sum);
          rank.exchange(out, in);
          return SUCCESS;
        });
    rank.synchronize();
    rank.expect("the sum", sum, 2);
    rank.expect("the message", in, 1 - rank.rank());
  }

  @Example
  @AlsoShows("GRP-19")
  public void required_STR_09_communicatorsInTheSameOrderEverywhere() {
    int n = atMost(4);
    raw(n, RawStreamRules::twoCommunicators);
  }

  @Example
  @Needs(environment = "NCCL_LAUNCH_ORDER_IMPLICIT=1")
  public void required_STR_10_communicatorsInTheHostsOrder() {
    int n = atMost(4);
    raw(n, RawStreamRules::twoCommunicators);
  }

  /** Sums on two communicators and two streams, all ranks in the same order. */
  private static void twoCommunicators(RawRank rank) {
    int n = rank.worldSize();
    RawRank other = rank.own(new RawRank(rank.world()));
    DeviceBuffer a = rank.memory(DataType.INT64, 1);
    DeviceBuffer b = rank.memory(DataType.INT64, 2);
    for (int i = 0; i < REPLAYS; i++) {
      rank.allReduce(a);
      other.allReduce(b);
    }
    rank.synchronize();
    other.synchronize();
    rank.expect("the first communicator's sum", a, Math.pow(n, REPLAYS));
    rank.expect("the second communicator's sum", b, 2 * Math.pow(n, REPLAYS));
  }

  @Example
  @Needs(upTo = 1)
  public void required_STR_16_aNonblockingCommunicatorIsPolledFirst(RawRank rank) {
    try (RawSingle single = new RawSingle(rank.abi(), rank.world().instance().backend())) {
      single.open(single.config(0));
      for (int i = 0; i < REPLAYS; i++) {
        int code = single.broadcast(0);
        single.check(code == SUCCESS || code == IN_PROGRESS, "ncclBroadcast: " + code);
        single.check(single.settled() == SUCCESS, "the state after ncclBroadcast");
      }
    }
  }

  @Example
  @Needs(upTo = 1)
  public void required_STR_18_oneGroupOneCapture(RawRank rank) {
    Stream one = rank.device().newStream();
    Stream two = rank.device().newStream();
    DeviceBuffer out = rank.memory(DataType.INT32, 4);
    DeviceBuffer in = rank.memory(DataType.INT32, 0);
    one.beginCapture();
    two.beginCapture();
    mixed(rank, out, in, rank.stream(), one.handle());
    mixed(rank, out, in, one.handle(), rank.stream());
    mixed(rank, out, in, one.handle(), two.handle()); // captured by different graphs
    two.endCapture().close();
    rank.group(
        () -> {
          rank.succeeds("ncclSend", () -> rank.sendOn(out, 0, one.handle()));
          rank.succeeds("ncclRecv", () -> rank.recvOn(in, 0, one.handle()));
        });
    try (Graph graph = one.endCapture()) {
      rank.expect("a message that was only captured", in, 0);
      graph.launch(rank.typedStream());
      rank.synchronize();
      rank.expect("the replayed message", in, 4);
    }
    one.close();
    two.close();
  }

  private static void mixed(RawRank rank, DeviceBuffer out, DeviceBuffer in, long s, long r) {
    rank.group(
        INVALID_USAGE,
        () -> {
          rank.succeeds("the first call of a group", () -> rank.sendOn(out, 0, s));
          rank.misuses("a call captured otherwise than the first one", () -> rank.recvOn(in, 0, r));
        });
  }

  @Example
  @Needs(upTo = 1)
  public void required_STR_19_oneProcessesRanksAreCapturedTogether(RawRank rank) {
    NcclAbi abi = rank.abi();
    List<Device> devices = rank.world().instance().backend().devices().subList(0, 2);
    MemorySegment comms = rank.allocate(16);
    MemorySegment indices = rank.allocate(8);
    boolean share = devices.get(0).identity().equals(devices.get(1).identity());
    indices.set(JAVA_INT, 0, devices.get(0).index());
    indices.set(JAVA_INT, 4, devices.get(share ? 0 : 1).index());
    rank.succeeds("ncclCommInitAll", () -> abi.commInitAll(comms, 2, indices));
    try (Stream captured = devices.get(0).newStream();
        Stream plain = devices.get(1).newStream();
        DeviceBuffer a = Values.of(devices.get(0), DataType.INT32, 1);
        DeviceBuffer b = Values.of(devices.get(1), DataType.INT32, 1)) {
      captured.beginCapture();
      rank.group(
          INVALID_USAGE,
          () -> {
            sum(rank, a, comms.get(JAVA_LONG, 0), captured);
            sum(rank, b, comms.get(JAVA_LONG, 8), plain);
          });
      captured.endCapture().close();
      rank.expect("the buffer that was not launched", b, 1);
    }
    for (long at : new long[] {0, 8}) {
      rank.succeeds("ncclCommAbort", () -> abi.commAbort(comms.get(JAVA_LONG, at)));
    }
  }

  private static void sum(RawRank rank, DeviceBuffer buffer, long comm, Stream stream) {
    long b = buffer.address();
    rank.succeeds(
        "ncclAllReduce", () -> rank.abi().allReduce(b, b, 1, INT32, SUM, comm, stream.handle()));
  }
}
