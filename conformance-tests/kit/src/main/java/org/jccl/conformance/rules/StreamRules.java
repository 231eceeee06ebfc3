package org.jccl.conformance.rules;

import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.harness.WorldRank;

/** Order on streams, visibility, graphs (chapter 7 of the rule book). */
final class StreamRules extends Suite {
  private static final int REPLAYS = 3;
  private static final int WORK = 20;

  @Example
  @Needs(upTo = 4)
  public void required_STR_01_anOperationHasItsPlaceOnItsStream(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = rank.newStream();
    DeviceBuffer one = rank.memory(DataType.INT32, 1);
    DeviceBuffer two = rank.memory(DataType.INT32, 2);
    DeviceBuffer x = rank.zeros(DataType.INT32, 1);
    DeviceBuffer y = rank.zeros(DataType.INT32, 1);
    DeviceBuffer z = rank.zeros(DataType.INT32, 1);
    for (int i = 0; i < WORK; i++) {
      x.copyFrom(two, stream); // so much before it that running early would show
    }
    x.copyFrom(one, stream);
    comm.allReduce(x, y, ReduceOp.SUM, stream);
    x.fill((byte) 0, stream); // after: too late to be seen
    comm.allReduce(y, z, ReduceOp.SUM, stream);
    y.copyFrom(z, stream);
    stream.synchronize();
    rank.expect("the end of the chain", y, (double) n * n);
    rank.expect("the buffer cleared behind the operation", x, 0);
  }

  @Example
  public void required_STR_02_resultsAreThereAfterEveryKindOfWait(WorldRank rank) throws Exception {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    Event event = rank.newEvent();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    comm.allReduce(buffer, ReduceOp.SUM);
    stream.synchronize();
    rank.expect("after synchronize", buffer, n);
    comm.allReduce(buffer, ReduceOp.SUM);
    event.record(stream);
    event.synchronize();
    rank.check(event.isReached(), "an event is not reached after waiting for it");
    rank.expect("after an event", buffer, (double) n * n);
    comm.allReduce(buffer, ReduceOp.SUM);
    stream.completion().get();
    rank.expect("after completion", buffer, (double) n * n * n);
    comm.allReduce(buffer, ReduceOp.MAX);
    while (!stream.isIdle()) {
      Thread.onSpinWait();
    }
    rank.expect("after polling", buffer, (double) n * n * n);
  }

  @Example
  @Needs(upTo = 4)
  public void required_STR_03_oneCommunicatorsOperationsAreOrderedAcrossStreams(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream one = rank.newStream();
    Stream two = rank.newStream();
    DeviceBuffer x = rank.memory(DataType.INT32, 1);
    DeviceBuffer y = rank.zeros(DataType.INT32, 1);
    DeviceBuffer z = rank.zeros(DataType.INT32, 1);
    comm.allReduce(x, y, ReduceOp.SUM, one);
    comm.allReduce(y, z, ReduceOp.SUM, two); // no event: the communicator orders them
    x.copyFrom(y, two); // later work of that stream follows the earlier one as well
    two.synchronize();
    one.synchronize();
    rank.expect("the later operation's result", z, n > 1 ? n * n : 1);
    rank.expect("the copy behind it", x, n);
  }

  @Example
  @Needs(upTo = 3)
  public void required_STR_05_aGroupJoinsItsStreams(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream one = rank.newStream();
    Stream two = rank.newStream();
    DeviceBuffer seven = rank.memory(DataType.INT32, 7);
    DeviceBuffer a = rank.memory(DataType.INT32, 1);
    DeviceBuffer b = rank.memory(DataType.INT32, 2);
    DeviceBuffer copy = rank.zeros(DataType.INT32, 1);
    b.copyFrom(seven, two);
    comm.group(
        group -> {
          group.allReduce(a, a, ReduceOp.SUM, one);
          group.allReduce(b, b, ReduceOp.SUM, two);
        });
    copy.copyFrom(b, one); // stream one goes on only when all of the group is done
    one.synchronize();
    two.synchronize();
    rank.expect("the sum of stream one", a, n);
    rank.expect("the sum of stream two, seen by stream one", copy, 7.0 * n);
  }

  @Example
  @AlsoShows("STR-22")
  @Needs(upTo = 4)
  public void required_STR_17_capturedCallsAreReplayed(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = rank.newStream();
    DeviceBuffer buffer = rank.memory(DataType.INT64, 1);
    DeviceBuffer out = rank.memory(DataType.INT64, rank.rank());
    DeviceBuffer in = rank.zeros(DataType.INT64, 1);
    comm.sendRecv(out, rank.next(), in, rank.before(), stream); // connect before the capture
    stream.synchronize();
    stream.beginCapture();
    rank.check(stream.isCapturing(), "the stream is not capturing");
    comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
    comm.sendRecv(out, rank.next(), in, rank.before(), stream);
    out.copyFrom(in, stream);
    Graph graph = rank.own(stream.endCapture());
    rank.expect("a buffer whose operation was only captured", buffer, 1);
    for (int i = 1; i <= REPLAYS; i++) {
      graph.launch(stream);
      stream.synchronize();
      rank.expect("after replay " + i, buffer, Math.pow(n, i));
    }
    rank.expect("what was passed on in every replay", in, Math.floorMod(rank.rank() - REPLAYS, n));
  }

  @Example
  @Needs(upTo = 3)
  public void required_STR_17_capturedGroupsAreReplayed(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = rank.newStream();
    DeviceBuffer a = rank.memory(DataType.INT64, 1);
    DeviceBuffer b = rank.memory(DataType.INT64, 3);
    stream.beginCapture();
    comm.group(
        group -> {
          group.allReduce(a, a, ReduceOp.SUM, stream);
          group.allReduce(b, b, ReduceOp.SUM, stream);
        });
    Graph graph = rank.own(stream.endCapture());
    for (int i = 0; i < REPLAYS; i++) {
      graph.launch(stream);
    }
    stream.synchronize();
    rank.expect("the first sum after replays", a, Math.pow(n, REPLAYS));
    rank.expect("the second sum after replays", b, 3 * Math.pow(n, REPLAYS));
  }

  @Example
  public void required_STR_20_scalarsInGraphs(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = rank.newStream();
    DeviceBuffer x = rank.memory(DataType.FLOAT32, 1);
    DeviceBuffer fixed = rank.zeros(DataType.FLOAT32, 1);
    DeviceBuffer read = rank.zeros(DataType.FLOAT32, 1);
    DeviceBuffer scalar = rank.memory(DataType.FLOAT32, 10);
    PreMulSum device = rank.own(comm.preMulSum(scalar));
    PreMulSum host = comm.preMulSum(DataType.FLOAT32, 5);
    stream.beginCapture();
    comm.allReduce(x, fixed, host, stream);
    comm.allReduce(x, read, device, stream);
    Graph graph = rank.own(stream.endCapture());
    host.close(); // its scalar is in the graph
    for (int i = 1; i <= REPLAYS; i++) {
      scalar.copyFrom((float) i);
      graph.launch(stream);
      stream.synchronize();
      rank.expect("scaled by the host's scalar", fixed, 5.0 * n);
      rank.expect("scaled by the device's scalar, replay " + i, read, (double) i * n);
    }
  }

  @Example
  public void required_STR_21_capturedAndOrdinaryCallsMayBeMixed(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = rank.newStream();
    DeviceBuffer buffer = rank.memory(DataType.INT64, 1);
    comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
    stream.synchronize();
    stream.beginCapture();
    comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
    Graph graph = rank.own(stream.endCapture());
    graph.launch(stream);
    comm.allReduce(buffer, buffer, ReduceOp.SUM, stream);
    graph.launch(stream);
    stream.synchronize();
    rank.expect("the sum of all four", buffer, Math.pow(n, 4));
  }

  @Example
  @Needs(upTo = 3)
  public void required_STR_01_eventsOrderStreams(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream compute = rank.newStream();
    Event ready = rank.newEvent();
    Event reduced = rank.newEvent();
    DeviceBuffer source = rank.memory(DataType.INT32, 6);
    DeviceBuffer buffer = rank.zeros(DataType.INT32, 1);
    DeviceBuffer copy = rank.zeros(DataType.INT32, 1);
    buffer.copyFrom(source, compute);
    ready.record(compute);
    comm.defaultStream().waitFor(ready);
    comm.allReduce(buffer, ReduceOp.SUM);
    reduced.record(comm.defaultStream());
    compute.waitFor(reduced);
    copy.copyFrom(buffer, compute);
    compute.synchronize();
    rank.expect("the copy behind the event", copy, 6.0 * n);
  }
}
