package org.jccl.conformance.rules;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/** Many small calls as one (chapter 4 of the rule book). */
final class CoalescedRules extends Suite {
  private static final int PARTS = 6;

  /** Parts of two elements: of one buffer on even ranks, with buffers of their own on odd ones. */
  private static List<DeviceBuffer> parts(WorldRank rank, List<DeviceBuffer> owned) {
    List<DeviceBuffer> parts = new ArrayList<>();
    DeviceBuffer whole = Values.zeros(rank.device(), DataType.INT32, 2 * PARTS);
    owned.add(whole);
    for (int i = 0; i < PARTS; i++) {
      DeviceBuffer part = whole.slice(2L * i, 2);
      if (rank.rank() % 2 == 1) {
        part = Values.zeros(rank.device(), DataType.INT32, 2);
        owned.add(part);
      }
      part.copyFrom(rank.rank() + 1, 10 * i);
      parts.add(part);
    }
    return parts;
  }

  private static void sums(Collectives calls, List<DeviceBuffer> parts) {
    parts.forEach(each -> calls.allReduce(each, ReduceOp.SUM));
  }

  private static void expectSums(
      WorldRank rank, String when, List<DeviceBuffer> parts, int n, double factor) {
    for (int i = 0; i < PARTS; i++) {
      rank.expect(
          when + ", part " + i, parts.get(i), n * (n + 1) / 2.0 * factor, 10.0 * i * n * factor);
    }
  }

  @Example
  public void required_GRP_33_callsThatAreAlikeBecomeOne() {
    int n = atMost(4);
    run(
        n,
        rank -> {
          List<DeviceBuffer> owned = new ArrayList<>();
          List<DeviceBuffer> parts = parts(rank, owned);
          try (Communicator comm = rank.open("coalesced")) {
            rank.check(
                comm.plan(c -> comm.coalesced(calls -> sums(calls, parts))).size() == 1,
                "coalesced all-reduces are not one call");
            amongOthers(rank, comm, parts);
            rank.illegalState(
                "in a group", () -> comm.group(g -> comm.coalesced(calls -> {})), "group");
          }
          owned.forEach(DeviceBuffer::close);
        });
  }

  private static void amongOthers(WorldRank rank, Communicator comm, List<DeviceBuffer> parts) {
    int n = comm.worldSize();
    try (DeviceBuffer own = Values.of(rank.device(), DataType.INT32, rank.rank(), 7);
        DeviceBuffer all = Values.zeros(rank.device(), DataType.INT32, n);
        DeviceBuffer most = Values.of(rank.device(), DataType.INT32, rank.rank())) {
      comm.coalesced(
          calls -> {
            sums(calls, parts.subList(0, 3));
            calls.broadcast(own, n - 1);
            calls.allGather(most, all);
            calls.allReduce(most.slice(0, 0), ReduceOp.MAX);
            sums(calls, parts.subList(3, PARTS));
          });
      comm.defaultStream().synchronize();
      expectSums(rank, "among others", parts, n, 1);
      rank.expect("a broadcast", own, n - 1.0, 7);
      rank.expect("a gather", all.slice(n - 1L, 1), n - 1.0);
    }
  }

  @Example
  public void required_GRP_34_whereARanksBuffersLieIsItsOwnAffair() {
    int n = atMost(4);
    run(
        n,
        rank -> {
          List<DeviceBuffer> owned = new ArrayList<>();
          List<DeviceBuffer> parts = parts(rank, owned);
          try (Communicator comm = rank.open("coalesced");
              Stream stream = rank.device().newStream();
              Graph sequence = comm.prepare(c -> comm.coalesced(calls -> sums(calls, parts)))) {
            comm.coalesced(stream, calls -> sums(calls, parts));
            stream.synchronize();
            expectSums(rank, "by itself", parts, n, 1);
            sequence.launch(stream);
            stream.synchronize();
            expectSums(rank, "prepared", parts, n, n);
            stream.beginCapture();
            comm.coalesced(stream, calls -> sums(calls, parts));
            try (Graph captured = stream.endCapture()) {
              captured.launch(stream);
              stream.synchronize();
            }
            expectSums(rank, "captured", parts, n, (double) n * n);
          }
          owned.forEach(DeviceBuffer::close);
        });
  }

  @Example
  public void required_GRP_35_thePartsDoNotOverlap() {
    run(
        1,
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer x = Values.of(rank.device(), DataType.INT32, 1, 2, 3)) {
            rank.illegalArgument(
                "parts that overlap",
                () ->
                    comm.coalesced(
                        calls -> {
                          calls.allReduce(x.slice(0, 2), ReduceOp.SUM);
                          calls.allReduce(x.slice(1, 2), ReduceOp.SUM);
                        }),
                "overlap");
            comm.allReduce(x, ReduceOp.SUM);
            comm.defaultStream().synchronize();
            rank.expect("nothing was issued", x, 1, 2, 3);
          }
        });
  }
}
