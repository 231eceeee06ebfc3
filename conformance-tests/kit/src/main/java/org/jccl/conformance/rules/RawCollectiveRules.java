package org.jccl.conformance.rules;

import java.util.Arrays;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.spi.NcclAbi;

/** What collectives do with buffers, counts and peers, on the raw surface (chapter 6). */
final class RawCollectiveRules extends RawSuite {
  private static final int KEPT = 55;

  @Example
  @AlsoShows("GRP-17")
  @Needs(upTo = 3)
  public void required_COL_02_oneRankAloneMayCallWithCountZero(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    if (rank.rank() == 0) {
      emptyCalls(rank);
      rank.group(() -> emptyCalls(rank));
      rank.check(rank.isIdle(), "calls of count 0 left work on the stream");
    }
    rank.allReduce(buffer); // whose peers have not made those calls
    rank.synchronize();
    rank.expect("the sum behind calls of count 0", buffer, n);
    if (rank.rank() == n - 1) {
      emptyCalls(rank);
    }
  }

  private static void emptyCalls(RawRank rank) {
    rank.everyOperation(0, 0, INT32, SUM, 0, rank.comm())
        .forEach(
            (name, call) -> {
              if (!name.equals("ncclSend") && !name.equals("ncclRecv")) {
                rank.succeeds(name + " of count 0 by one rank", call);
              }
            });
  }

  @Example
  @Needs(upTo = 3)
  public void required_COL_03_unusedPointersMayBeNull(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    long comm = rank.comm();
    long s = rank.stream();
    int root = n - 1;
    boolean isRoot = rank.rank() == root;
    DeviceBuffer one = rank.memory(DataType.INT32, rank.rank() + 1);
    DeviceBuffer all = rank.memory(DataType.INT32, new double[n]);
    long o = one.address();
    long a = all.address();
    rank.succeeds("ncclReduce", () -> abi.reduce(o, isRoot ? a : 0, 1, INT32, SUM, root, comm, s));
    rank.synchronize();
    rank.expect("the sum", all.slice(0, 1), isRoot ? n * (n + 1) / 2.0 : 0);
    rank.succeeds("ncclBroadcast", () -> abi.broadcast(isRoot ? o : 0, a, 1, INT32, root, comm, s));
    rank.synchronize();
    rank.expect("the root's", all.slice(0, 1), n);
  }

  @Example
  @Needs(upTo = 3, since = "2.28.3")
  public void required_COL_03_unusedBuffersOfGatherAndScatterMayBeNull(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    long comm = rank.comm();
    long s = rank.stream();
    boolean isRoot = rank.rank() == 0;
    double[] ranks = new double[n];
    Arrays.setAll(ranks, i -> i + 1);
    DeviceBuffer one = rank.memory(DataType.INT32, rank.rank() + 1);
    DeviceBuffer all = rank.memory(DataType.INT32, new double[n]);
    DeviceBuffer back = rank.memory(DataType.INT32, 0);
    long a = all.address();
    rank.succeeds(
        "ncclGather", () -> abi.gather(one.address(), isRoot ? a : 0, 1, INT32, 0, comm, s));
    rank.succeeds(
        "ncclScatter", () -> abi.scatter(isRoot ? a : 0, back.address(), 1, INT32, 0, comm, s));
    rank.synchronize();
    rank.expect("what was gathered", all, isRoot ? ranks : new double[n]);
    rank.expect("what came back", back, rank.rank() + 1);
  }

  @Example
  @AlsoShows("STR-02")
  public void required_COL_09_collectivesReturnBeforeTheyAreDone(RawRank rank) {
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.connect(); // the first one may wait for its peers (STR-11)
    if (rank.rank() == 0) {
      rank.allReduce(buffer);
      rank.check(!rank.isIdle(), "a collective is done without rank 1");
    }
    rank.barrier(); // rank 1 has not called yet
    if (rank.rank() == 1) {
      rank.allReduce(buffer);
    }
    rank.synchronize();
    rank.expect("the sum", buffer, 2);
  }

  @Example
  @Needs(upTo = 3)
  public void required_COL_11_theRootIsARankAndItsSendBufferCounts(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer out = rank.memory(DataType.INT32, rank.rank() + 1);
    DeviceBuffer in = rank.memory(DataType.INT32, KEPT);
    for (int each = 0; each < n; each++) {
      int root = each;
      rank.succeeds(
          "ncclBroadcast",
          () ->
              rank.abi()
                  .broadcast(
                      out.address(), in.address(), 1, INT32, root, rank.comm(), rank.stream()));
      rank.synchronize();
      rank.expect("what root " + root + " sent", in, root + 1);
      rank.expect("the send buffer", out, rank.rank() + 1);
    }
  }

  @Example
  @AlsoShows("ARG-09")
  public void required_COL_12_bcastRefusesAndCopiesAsBroadcastDoes(RawRank rank) {
    int n = rank.worldSize();
    long comm = rank.comm();
    NcclAbi abi = rank.abi();
    long s = rank.stream();
    DeviceBuffer one = rank.memory(DataType.INT32, rank.rank() + 1, 2);
    DeviceBuffer other = rank.memory(DataType.INT32, rank.rank() + 1, 2);
    long o = one.address();
    int[][] calls = {{2, INT32, -1}, {2, INT32, n}, {2, 12, 0}, {0, 12, 0}, {0, INT32, 0}};
    for (int[] call : calls) {
      int broadcast = abi.broadcast(o, o, call[0], call[1], call[2], comm, s);
      rank.expect(
          "ncclBcast of " + Arrays.toString(call),
          broadcast,
          () -> abi.bcast(o, call[0], call[1], call[2], comm, s));
    }
    long b = other.address();
    rank.succeeds("ncclBcast", () -> abi.bcast(o, 2, INT32, 0, comm, s));
    rank.succeeds("ncclBroadcast", () -> abi.broadcast(b, b, 2, INT32, 0, comm, s));
    rank.synchronize();
    rank.expect("by ncclBcast", one, 1, 2);
    rank.expect("by ncclBroadcast", other, 1, 2);
  }

  @Example
  @Needs(upTo = 3)
  public void required_COL_13_otherRanksReceiveBuffersAreLeftAlone(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer out = rank.memory(DataType.INT32, 3, 4);
    DeviceBuffer in = rank.memory(DataType.INT32, KEPT, KEPT);
    for (int each = 0; each < n; each++) {
      int root = each;
      boolean isRoot = rank.rank() == root;
      reduce(rank, out.address(), in.address(), root);
      rank.expect("recv, root " + root, in, isRoot ? 3 * n : KEPT, isRoot ? 4 * n : KEPT);
      in.copyFrom(new int[] {KEPT, KEPT});
      // The same with one buffer on both sides: in place on the root alone.
      reduce(rank, out.address(), isRoot ? in.address() : out.address(), root);
      rank.expect("the send buffer, root " + root, out, 3, 4);
      in.copyFrom(new int[] {KEPT, KEPT});
    }
  }

  private static void reduce(RawRank rank, long send, long recv, int root) {
    rank.succeeds(
        "ncclReduce",
        () -> rank.abi().reduce(send, recv, 2, INT32, SUM, root, rank.comm(), rank.stream()));
    rank.synchronize();
  }

  @Example
  public void required_COL_23_memoryOfTheLibraryIsABuffer(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    rank.succeeds("ncclMemAlloc", () -> abi.memAlloc(rank.slot(), 4096));
    long address = rank.slotLong();
    DeviceBuffer buffer = DeviceBuffer.wrap(rank.device(), DataType.INT32, address, 2);
    buffer.copyFrom(new int[] {1, 2});
    rank.allReduce(buffer);
    rank.synchronize();
    rank.expect("a sum in memory of the library", buffer, n, 2.0 * n);
    rank.succeeds("ncclMemFree", () -> abi.memFree(address));
  }

  @Example
  @AlsoShows({"COL-22", "COL-24"})
  @Needs(upTo = 4)
  public void required_COL_25_broadcastsOfEveryRootShareAGroup(RawRank rank) {
    int n = rank.worldSize();
    double[] first = new double[2 * n];
    double[] expected = new double[2 * n];
    Arrays.setAll(first, i -> i / 2 == rank.rank() ? i + 10 : 0);
    Arrays.setAll(expected, i -> i + 10);
    DeviceBuffer all = rank.memory(DataType.INT32, first);
    rank.group(
        () -> {
          for (int each = 0; each < n; each++) {
            int root = each;
            long block = all.address() + 8L * root;
            rank.succeeds(
                "ncclBroadcast of root " + root,
                () ->
                    rank.abi().broadcast(block, block, 2, INT32, root, rank.comm(), rank.stream()));
          }
        });
    rank.synchronize();
    rank.expect("the blocks of all roots", all, expected);
  }
}
