package org.jccl.conformance.rules;

import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/** Sequences of calls that are prepared once and launched often (chapter 7 of the rule book). */
final class PreparedRules extends Suite {
  private static final int LAUNCHES = 3;

  /** A sum, a message around the ring, and the same again: 2 n a launch, from 1. */
  private static Graph sumAndRing(Communicator comm, DeviceBuffer x, DeviceBuffer y) {
    int n = comm.worldSize();
    return comm.prepare(
        calls -> {
          calls.allReduce(x, y, ReduceOp.SUM);
          calls.sendRecv(y, (comm.rank() + 1) % n, x, (comm.rank() + n - 1) % n);
          comm.group(group -> group.allReduce(x, y, ReduceOp.MAX));
        });
  }

  @Example
  @Needs(upTo = 4)
  public void required_STR_38_aSequenceIsPreparedOnceAndLaunchedOften(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = rank.newStream();
    DeviceBuffer x = rank.memory(DataType.INT32, 1, 2);
    DeviceBuffer y = rank.zeros(DataType.INT32, 2);
    Graph sequence = rank.own(sumAndRing(comm, x, y));
    rank.check(sequence.size() == 4, "it has " + sequence.size() + " calls, not 4");
    rank.expect("what the body has not done", x, 1, 2);
    double factor = 1;
    for (int i = 0; i < LAUNCHES; i++) {
      sequence.launch(i % 2 == 0 ? stream : comm.defaultStream());
      factor *= n;
    }
    stream.synchronize();
    comm.defaultStream().synchronize();
    rank.expect("after the launches", y, factor, 2 * factor);
    comm.allReduce(y, x, ReduceOp.SUM, stream);
    stream.synchronize();
    rank.expect("an ordinary call behind them", x, factor * n, 2 * factor * n);
  }

  @Example
  @Needs(upTo = 1)
  public void required_STR_38_nothingElseIsPrepared(WorldRank rank) {
    Communicator comm = rank.communicator();
    DeviceBuffer x = rank.memory(DataType.INT32, 1);
    rank.illegalState("prepare in a body", () -> comm.prepare(c -> comm.prepare(d -> {})), "body");
    rank.illegalState("prepare in a group", () -> comm.group(g -> comm.prepare(c -> {})), "group");
    rank.illegalState("a launch in a group", () -> launchInGroup(rank, x), "group");
    Stream stream = comm.defaultStream();
    stream.beginCapture();
    rank.illegalState("prepare in a capture", () -> comm.prepare(c -> {}), "captur");
    stream.endCapture().close();
    try (Graph none = comm.prepare(c -> {})) {
      none.launch(stream);
    }
    TypedRank.expectSum(rank, comm, 3, 3);
  }

  private static void launchInGroup(WorldRank rank, DeviceBuffer x) {
    Communicator comm = rank.communicator();
    Graph sequence = rank.own(comm.prepare(c -> c.allReduce(x, ReduceOp.SUM)));
    comm.group(g -> sequence.launch(comm.defaultStream()));
  }

  @Example
  @Needs(upTo = 4)
  public void required_STR_39_aCapturedLaunchJoinsTheCapture(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    DeviceBuffer x = rank.memory(DataType.INT32, 1, 2);
    DeviceBuffer y = rank.zeros(DataType.INT32, 2);
    Graph sequence = rank.own(sumAndRing(comm, x, y));
    stream.beginCapture();
    sequence.launch(stream);
    comm.allReduce(y, x, ReduceOp.SUM, stream);
    double factor = 1;
    try (Graph whole = stream.endCapture()) {
      rank.expect("what is only captured", x, 1, 2);
      for (int i = 0; i < LAUNCHES; i++) {
        whole.launch(stream);
        factor *= n * n;
      }
      stream.synchronize();
    }
    rank.expect("after the launches of the whole", x, factor, 2 * factor);
    sequence.launch(stream);
    stream.synchronize();
    rank.expect("after a launch of its own", x, factor * n, 2 * factor * n);
  }

  @Example
  @Needs(upTo = 1)
  public void required_STR_40_whatItUsesIsThere(WorldRank rank) {
    Communicator comm = rank.communicator();
    Stream stream = comm.defaultStream();
    DeviceBuffer x = Values.of(rank.device(), DataType.INT32, 1, 2);
    PreMulSum half = comm.preMulSum(DataType.FLOAT32, 0.5);
    DeviceBuffer f = rank.memory(DataType.FLOAT32, 1);
    Stream other = rank.newStream();
    Graph part = rank.own(comm.prepare(c -> c.allReduce(x.slice(0, 1), ReduceOp.SUM)));
    Graph scaled = rank.own(comm.prepare(c -> c.allReduce(f, half)));
    Graph closed = rank.own(comm.prepare(c -> c.allReduce(f, ReduceOp.SUM)));
    closed.close();
    rank.illegalState("a closed sequence", () -> closed.launch(stream), "closed");
    other.close();
    rank.illegalState("a closed stream", () -> scaled.launch(other), "stream is closed");
    scaled.launch(stream);
    part.launch(stream);
    stream.synchronize();
    half.close();
    rank.illegalState("a closed reduction", () -> scaled.launch(stream), "premulsum");
    x.close();
    rank.illegalState("a closed buffer", () -> part.launch(stream), "INT32[1]");
    rank.illegalState(
        "a buffer closed by the body", () -> comm.prepare(c -> useAndClose(rank, comm)), "closed");
  }

  private static void useAndClose(WorldRank rank, Communicator comm) {
    DeviceBuffer brief = rank.memory(DataType.INT32, 1);
    comm.allReduce(brief, ReduceOp.SUM);
    brief.close();
  }

  @Example
  @Needs(upTo = 2)
  public void required_STR_41_itEndsWithItsCommunicator(WorldRank rank) {
    DeviceBuffer x = rank.memory(DataType.INT32, 1);
    Communicator comm = rank.open("prepared-closed");
    Graph sequence = comm.prepare(c -> c.allReduce(x, ReduceOp.SUM));
    Stream stream = rank.communicator().defaultStream();
    sequence.launch(stream);
    stream.synchronize();
    comm.close(); // though the graph was not closed before
    rank.illegalState("after the close", () -> sequence.launch(stream), "closed");
    sequence.close();
    Communicator second = rank.open("prepared-aborted");
    Graph another = second.prepare(c -> c.allReduce(x, ReduceOp.SUM));
    second.abort();
    rank.expectThrown(
        "after the abort", RuntimeException.class, () -> another.launch(stream), "abort");
    second.close();
    another.close();
  }
}
