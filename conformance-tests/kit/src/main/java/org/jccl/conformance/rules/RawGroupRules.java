package org.jccl.conformance.rules;

import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.spi.NcclAbi;

/** Groups, messages to self and data on the raw surface (chapters 4 to 6 of the rule book). */
final class RawGroupRules extends RawSuite {
  @Example
  @Needs(upTo = 4)
  public void required_COL_10_allReduce(RawRank rank) {
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1, rank.rank());
    rank.allReduce(buffer);
    rank.synchronize();
    int n = rank.worldSize();
    rank.expect("the sum", buffer, n, n * (n - 1) / 2.0);
  }

  @Example
  @Needs(upTo = 3)
  public void required_COL_12_bcastIsABroadcastInPlace(RawRank rank) {
    int root = rank.worldSize() - 1;
    DeviceBuffer buffer = rank.memory(DataType.INT32, rank.rank() + 5);
    rank.succeeds(
        "ncclBcast",
        () -> rank.abi().bcast(buffer.address(), 1, INT32, root, rank.comm(), rank.stream()));
    rank.synchronize();
    rank.expect("the root's element", buffer, root + 5);
  }

  @Example
  public void required_GRP_02_anEndWithoutAStart(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.groupEnd(INVALID_USAGE);
    rank.groupStart();
    rank.groupEnd();
    rank.misuses("one ncclGroupEnd too many", abi::groupEnd);
  }

  @Example
  @AlsoShows("ARG-34")
  @Needs(upTo = 2)
  public void required_GRP_03_innerEndsSucceed(RawRank rank) {
    NcclAbi abi = rank.abi();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.groupStart();
    rank.succeeds("ncclGroupStart, inner", abi::groupStart);
    rank.refuses("a wrong call", () -> wrong(rank, buffer, 12, SUM));
    rank.succeeds("ncclGroupEnd, inner", abi::groupEnd);
    rank.refuses("ncclGroupEnd, outermost", abi::groupEnd);
  }

  private static int wrong(RawRank rank, DeviceBuffer buffer, int type, int op) {
    long b = buffer.address();
    return rank.abi().allReduce(b, b, 1, type, op, rank.comm(), rank.stream());
  }

  @Example
  @AlsoShows("GRP-15")
  public void required_GRP_11_oneFailingCallDiscardsTheGroup(RawRank rank) {
    NcclAbi abi = rank.abi();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.groupStart();
    rank.allReduce(buffer);
    rank.refuses("a wrong call", () -> wrong(rank, buffer, INT32, -1));
    rank.groupEnd(INVALID_ARGUMENT);
    rank.synchronize();
    rank.expect("the buffer of the discarded group", buffer, 1);
    // GRP-15: the thread's state is as if there had been no group.
    rank.misuses("an end without a start", abi::groupEnd);
    rank.allReduce(buffer);
    rank.synchronize();
    rank.expect("the next call", buffer, 2);
  }

  @Example
  public void required_GRP_06_issuingIsDeferredToTheEnd(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer a = rank.memory(DataType.INT32, 1);
    DeviceBuffer b = rank.memory(DataType.INT32, 2);
    rank.groupStart();
    rank.allReduce(a);
    rank.allReduce(b);
    rank.groupEnd();
    rank.synchronize();
    rank.expect("the first sum", a, n);
    rank.expect("the second sum", b, 2.0 * n);
  }

  @Example
  @Needs(upTo = 2)
  public void required_GRP_17_emptyGroups(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.groupStart();
    rank.succeeds("ncclGroupEnd of nothing", abi::groupEnd);
    rank.groupStart();
    rank.succeeds("count 0", () -> abi.allReduce(0, 0, 0, INT32, SUM, rank.comm(), rank.stream()));
    rank.succeeds("ncclGroupEnd of count 0", abi::groupEnd);
  }

  @Example
  @AlsoShows("ARG-10")
  @Needs(upTo = 2)
  public void required_P2P_05_loneMessagesToSelf(RawRank rank) {
    long comm = rank.comm();
    long s = rank.stream();
    NcclAbi abi = rank.abi();
    DeviceBuffer two = rank.memory(DataType.INT32, 7, 0);
    long out = two.address();
    long in = out + 4;
    int self = rank.rank();
    rank.misuses("a lone ncclSend to self", () -> abi.send(out, 1, INT32, self, comm, s));
    rank.misuses("a lone ncclRecv from self", () -> abi.recv(in, 1, INT32, self, comm, s));
    rank.groupStart();
    rank.succeeds("a grouped ncclSend to self", () -> abi.send(out, 1, INT32, self, comm, s));
    rank.misuses("ncclGroupEnd of a lone send", abi::groupEnd);
    rank.groupStart();
    rank.succeeds("ncclSend", () -> abi.send(out, 1, INT32, self, comm, s));
    rank.succeeds("ncclRecv", () -> abi.recv(in, 1, INT32, self, comm, s));
    rank.succeeds("ncclGroupEnd of a pair", abi::groupEnd);
    rank.synchronize();
    rank.expect("a message to self", two, 7, 7);
  }

  @Example
  @Needs(upTo = 3)
  public void required_P2P_01_exchange(RawRank rank) {
    DeviceBuffer two = rank.memory(DataType.INT32, 10 + rank.rank(), 0);
    rank.exchange(two.slice(0, 1), two.slice(1, 1));
    rank.synchronize();
    rank.expect("a message", two, 10 + rank.rank(), 10 + rank.before());
  }
}
