package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.UniqueId;
import org.jccl.spi.NcclAbi;

/** What a thread knows of its open group, on the raw surface (rules GRP-01 to GRP-17). */
final class RawGroupStateRules extends RawSuite {
  @Example
  @AlsoShows("ARG-34")
  public void required_GRP_01_groupsNestWithoutLimit(RawRank rank) {
    NcclAbi abi = rank.abi();
    int depth = 1000;
    for (int i = 0; i < depth; i++) {
      rank.succeeds("ncclGroupStart " + i, abi::groupStart);
    }
    for (int i = 0; i < depth; i++) {
      rank.succeeds("ncclGroupEnd " + i, abi::groupEnd);
    }
    rank.misuses("one end too many", abi::groupEnd);
  }

  @Example
  @Needs(ranks = 2)
  public void required_GRP_04_aGroupBelongsToItsThread(RawRank rank) {
    NcclAbi abi = rank.abi();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    if (rank.rank() == 0) {
      rank.groupStart();
      rank.refuses("a wrong call", () -> wrongType(rank, buffer));
    }
    rank.barrier();
    if (rank.rank() == 1) {
      rank.misuses("the end of another thread's group", abi::groupEnd);
      rank.group(() -> {}); // the other thread's failure is not this one's
    }
    rank.barrier();
    if (rank.rank() == 0) {
      rank.refuses("ncclGroupEnd by its own thread", abi::groupEnd);
    }
  }

  @Example
  @AlsoShows("GRP-26")
  @Needs(upTo = 2)
  public void required_GRP_05_whoEndsItsGroupsLeavesNothingBehind(RawRank rank) throws Exception {
    int n = rank.worldSize();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    for (int round = 1; round <= 2; round++) {
      rank.onAnotherThread(
          () -> {
            rank.device().makeCurrent();
            rank.group(() -> rank.allReduce(buffer));
          });
      rank.misuses("no group is open here", rank.abi()::groupEnd);
      rank.group(() -> rank.allReduce(buffer));
    }
    rank.synchronize();
    rank.expect("the sum of both threads' calls", buffer, Math.pow(n, 4));
  }

  @Example
  public void required_GRP_22_creationInOneGroupAndUseInTheNext(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    MemorySegment made = rank.allocate(8);
    MemorySegment id = rank.sharedId();
    rank.group(
        () -> rank.succeeds("ncclCommInitRank", () -> abi.commInitRank(made, n, id, rank.rank())));
    long comm = made.get(JAVA_LONG, 0);
    DeviceBuffer one = rank.memory(DataType.INT32, 1);
    DeviceBuffer two = rank.memory(DataType.INT32, 2);
    rank.group(
        () -> {
          rank.succeeds("a sum", () -> rank.sum(one, comm));
          rank.succeeds("another sum", () -> rank.sum(two, comm));
        });
    rank.synchronize();
    rank.expect("the sum", one, n);
    rank.expect("the other sum", two, 2.0 * n);
    rank.destroy(comm);
  }

  private static int wrongType(RawRank rank, DeviceBuffer buffer) {
    long b = buffer.address();
    return rank.abi().allReduce(b, b, 1, 12, SUM, rank.comm(), rank.stream());
  }

  @Example
  public void required_GRP_06_nothingRunsBeforeTheEnd(RawRank rank) {
    DeviceBuffer sum = rank.memory(DataType.INT32, 1);
    DeviceBuffer out = rank.memory(DataType.INT32, 5);
    DeviceBuffer in = rank.memory(DataType.INT32, 0);
    rank.group(
        () -> {
          rank.allReduce(sum);
          rank.send(out, 1 - rank.rank());
          rank.recv(in, 1 - rank.rank());
          rank.barrier(); // all of them have been called on all ranks
          rank.synchronize();
          rank.expect("a sum in an open group", sum, 1);
          rank.expect("a message in an open group", in, 0);
        });
    rank.synchronize();
    rank.expect("the sum", sum, 2);
    rank.expect("the message", in, 5);
  }

  @Example
  public void optional_GRP_07_oneRanksCollectivesRunAtOnce(RawRank rank) {
    DeviceBuffer from = rank.memory(DataType.INT32, 7);
    DeviceBuffer to = rank.memory(DataType.INT32, 0);
    rank.group(
        INVALID_ARGUMENT,
        () -> {
          rank.succeeds("ncclAllReduce", () -> rank.sum(to.address(), from, rank.stream()));
          rank.refuses("a wrong call", () -> wrongType(rank, from));
        });
    rank.synchronize();
    rank.expect("the copy that ran although its group failed", to, 7);
  }

  @Example
  public void required_GRP_08_queriesAnswerInsideAGroup(RawRank rank) {
    long comm = rank.comm();
    NcclAbi abi = rank.abi();
    MemorySegment slot = rank.slot();
    MemorySegment id = rank.allocate(UniqueId.BYTES);
    rank.group(
        () -> {
          rank.succeeds("ncclCommCount", () -> abi.commCount(comm, slot));
          rank.check(rank.slotInt() == rank.worldSize(), "count " + rank.slotInt());
          rank.succeeds("ncclCommUserRank", () -> abi.commUserRank(comm, slot));
          rank.check(rank.slotInt() == rank.rank(), "rank " + rank.slotInt());
          rank.succeeds("ncclCommGetAsyncError", () -> abi.commGetAsyncError(comm, slot));
          rank.check(rank.slotInt() == SUCCESS, "state " + rank.slotInt());
          rank.succeeds("ncclGetUniqueId", () -> abi.getUniqueId(id));
          rank.succeeds("ncclMemAlloc", () -> abi.memAlloc(slot, 4096));
          long memory = slot.get(JAVA_LONG, 0);
          rank.check(memory != 0, "memory at null inside a group");
          rank.succeeds("ncclMemFree", () -> abi.memFree(memory));
        });
  }

  @Example
  public void required_GRP_09_aCommunicatorIsMadeAtTheEnd(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    MemorySegment made = rank.allocate(8);
    MemorySegment count = rank.allocate(4);
    MemorySegment id = rank.sharedId();
    rank.group(
        () -> {
          rank.succeeds("ncclCommInitRank", () -> abi.commInitRank(made, n, id, rank.rank()));
          int code = abi.commCount(made.get(JAVA_LONG, 0), count);
          rank.check(
              code != SUCCESS || count.get(JAVA_INT, 0) != n,
              "a communicator that is not made yet has " + n + " ranks");
        });
    long comm = made.get(JAVA_LONG, 0);
    rank.succeeds("ncclCommCount after the end", () -> abi.commCount(comm, count));
    rank.check(count.get(JAVA_INT, 0) == n, "count " + count.get(JAVA_INT, 0));
    rank.succeeds("ncclCommDestroy", () -> abi.commDestroy(comm));
  }

  @Example
  public void required_GRP_12_theLastErrorIsReturned(RawRank rank) {
    Stream captured = rank.device().newStream();
    DeviceBuffer two = rank.memory(DataType.INT32, 1, 2);
    captured.beginCapture();
    rank.group(
        INVALID_ARGUMENT,
        () -> {
          mixCapture(rank, two, captured);
          rank.refuses("a wrong type", () -> wrongType(rank, two));
        });
    rank.group(
        INVALID_USAGE,
        () -> {
          rank.refuses("a wrong type", () -> wrongType(rank, two));
          mixCapture(rank, two, captured);
        });
    captured.endCapture().close();
    rank.synchronize();
    rank.expect("the buffer of the failed groups", two, 1, 2);
    captured.close();
  }

  /** A message to self of which one side is captured: INVALID_USAGE at the second call. */
  private static void mixCapture(RawRank rank, DeviceBuffer two, Stream captured) {
    rank.send(two.slice(0, 1), 0);
    rank.misuses(
        "a captured call after one that is not (STR-18)",
        () -> rank.recvOn(two.slice(1, 1), 0, captured.handle()));
  }

  @Example
  @AlsoShows("GRP-15")
  @Needs(upTo = 2)
  public void required_GRP_13_everyOperationsErrorPoisons(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1, 2);
    rank.everyOperation(buffer.address(), 1, 12, SUM, 0, rank.comm())
        .forEach(
            (name, call) ->
                rank.group(INVALID_ARGUMENT, () -> rank.refuses(name + " of type 12", call)));
    MemorySegment id = rank.allocate(UniqueId.BYTES);
    rank.succeeds("ncclGetUniqueId", () -> abi.getUniqueId(id));
    rank.group(
        INVALID_ARGUMENT,
        () ->
            rank.refuses(
                "ncclCommInitRank as rank 1 of 1", () -> abi.commInitRank(rank.slot(), 1, id, 1)));
    rank.group(() -> rank.allReduce(buffer)); // GRP-15
    rank.synchronize();
    rank.expect("the sum after many failed groups", buffer, n, 2.0 * n);
  }

  @Example
  @Needs(upTo = 2)
  public void required_GRP_14_whatDoesNotPoison(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    MemorySegment slot = rank.slot();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.group(
        () -> {
          rank.allReduce(buffer);
          rank.refuses("count of null", () -> abi.commCount(0, slot));
          rank.refuses("rank of null", () -> abi.commUserRank(0, slot));
          rank.refuses("state of null", () -> abi.commGetAsyncError(0, slot));
          rank.refuses("ncclRedOpDestroy of none", () -> abi.redOpDestroy(SUM, rank.comm()));
          rank.refuses("ncclGetVersion(null)", () -> abi.getVersion(MemorySegment.NULL));
          rank.refuses("ncclGetUniqueId(null)", () -> abi.getUniqueId(MemorySegment.NULL));
          rank.expect(
              "ncclMemAlloc(null)",
              UNHANDLED_CUDA_ERROR,
              () -> abi.memAlloc(MemorySegment.NULL, 64));
        });
    rank.synchronize();
    rank.expect("the sum of the group", buffer, n);
  }

  @Example
  @Needs(upTo = 2)
  public void required_GRP_16_errorsFoundAtTheLaunch(RawRank rank) {
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    int self = rank.rank();
    rank.group(INVALID_USAGE, () -> rank.send(buffer, self));
    rank.group(INVALID_USAGE, () -> rank.recv(buffer, self));
    rank.group(
        INVALID_USAGE,
        () -> {
          rank.send(buffer, self);
          rank.send(buffer, self);
          rank.recv(buffer, self);
        });
    rank.misuses("nothing is left open", rank.abi()::groupEnd);
    rank.allReduce(buffer);
    rank.synchronize();
    rank.expect("the next sum", buffer, rank.worldSize());
  }

  @Example
  @Needs(upTo = 3)
  public void required_GRP_20_membersAreAsGoodAsSeparateCalls(RawRank rank) {
    int n = rank.worldSize();
    long comm = rank.comm();
    NcclAbi abi = rank.abi();
    long s = rank.stream();
    double own = rank.rank() + 1;
    DeviceBuffer sum = rank.memory(DataType.INT32, own);
    DeviceBuffer max = rank.memory(DataType.INT32, own, -own);
    DeviceBuffer root = rank.memory(DataType.INT32, own);
    DeviceBuffer all = rank.memory(DataType.INT32, new double[n]);
    long m = max.address();
    rank.group(
        () -> {
          rank.allReduce(sum);
          rank.succeeds(
              "ncclAllReduce of the maximum", () -> abi.allReduce(m, m, 2, INT32, MAX, comm, s));
          rank.succeeds("ncclBcast", () -> abi.bcast(root.address(), 1, INT32, n - 1, comm, s));
        });
    rank.succeeds(
        "ncclAllGather after the group",
        () -> abi.allGather(sum.address(), all.address(), 1, INT32, comm, s));
    rank.synchronize();
    double total = n * (n + 1) / 2.0;
    rank.expect("the sum", sum, total);
    rank.expect("the maximum", max, n, -1);
    rank.expect("the root's", root, n);
    double[] totals = new double[n];
    Arrays.fill(totals, total);
    rank.expect("the sums of all", all, totals);
  }

  @Example
  @Needs(upTo = 3)
  public void required_GRP_21_collectivesAndMessagesShareAGroup(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer a = rank.memory(DataType.INT32, 1);
    DeviceBuffer b = rank.memory(DataType.INT32, 2);
    DeviceBuffer out = rank.memory(DataType.INT32, 10 + rank.rank());
    DeviceBuffer in = rank.memory(DataType.INT32, 0);
    rank.group(
        () -> {
          rank.send(out, rank.next());
          rank.allReduce(a);
          rank.recv(in, rank.before());
          rank.allReduce(b);
        });
    rank.synchronize();
    rank.expect("the first sum", a, n);
    rank.expect("the second sum", b, 2.0 * n);
    rank.expect("the message", in, 10 + rank.before());
  }
}
