package org.jccl.conformance.rules;

import java.util.function.IntSupplier;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.conformance.harness.Values;
import org.jccl.spi.NcclAbi;

/** The order of checks, and the check mode, which is off by default (rules ARG-01 to ARG-10). */
final class RawCheckRules extends RawSuite {
  private static final String POINTERS = "NCCL_CHECK_POINTERS=1";

  @Example
  public void required_ARG_01_theCaptureComesLast(RawRank rank) {
    Stream captured = rank.device().newStream();
    DeviceBuffer two = rank.memory(DataType.INT32, 1, 2);
    captured.beginCapture();
    long b = two.address();
    long on = captured.handle();
    NcclAbi abi = rank.abi();
    long comm = rank.comm();
    captureFault(rank, two, INVALID_ARGUMENT, () -> abi.recv(b, 1, INT32, 1, comm, on));
    captureFault(rank, two, INVALID_ARGUMENT, () -> abi.recv(b, 1, 12, 0, comm, on));
    captureFault(rank, two, INVALID_ARGUMENT, () -> abi.recv(b, 1, INT32, 0, 0, on));
    captureFault(rank, two, INVALID_USAGE, () -> abi.recv(b, 1, INT32, 0, comm, on));
    captured.endCapture().close();
    captured.close();
  }

  /** A call on a captured stream behind one that is not captured, in one group. */
  private static void captureFault(RawRank rank, DeviceBuffer two, int code, IntSupplier call) {
    rank.group(
        code,
        () -> {
          rank.send(two.slice(1, 1), 0);
          rank.expect("a call that is wrong, and captured besides", code, call);
        });
  }

  @Example
  @AlsoShows({"ARG-37", "GRP-12"})
  @Needs(since = "2.28.7")
  public void required_ARG_01_revokedComesBeforeEveryArgument(RawRank rank) {
    NcclAbi abi = rank.abi();
    RawRank revoked = rank.own(new RawRank(rank.world()));
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    long b = buffer.address();
    rank.succeeds("ncclCommRevoke", () -> abi.commRevoke(revoked.comm(), 0));
    for (long count : new long[] {0, 1}) {
      revoked
          .everyOperation(b, count, 12, -1, -1, revoked.comm())
          .forEach((name, call) -> rank.misuses(name + " with all wrong, x" + count, call));
    }
    IntSupplier good = () -> abi.bcast(b, 1, INT32, 0, revoked.comm(), revoked.stream());
    IntSupplier nowhere = () -> abi.bcast(b, 1, INT32, 0, 0, rank.stream());
    rank.group(INVALID_ARGUMENT, () -> bothFail(rank, good, nowhere));
    rank.group(INVALID_USAGE, () -> bothFail(rank, nowhere, good));
  }

  private static void bothFail(RawRank rank, IntSupplier first, IntSupplier second) {
    rank.check(first.getAsInt() != SUCCESS, "the first wrong call succeeded");
    rank.check(second.getAsInt() != SUCCESS, "the second wrong call succeeded");
  }

  @Example
  public void required_ARG_01_countZeroIsNotLookedAtForItsCapture(RawRank rank) {
    Stream captured = rank.device().newStream();
    DeviceBuffer out = rank.memory(DataType.INT32, 1);
    DeviceBuffer in = rank.memory(DataType.INT32, 0);
    captured.beginCapture();
    rank.group(
        () -> {
          rank.send(out, 0);
          rank.succeeds(
              "ncclAllReduce of count 0 on a captured stream (COL-02)",
              () -> rank.abi().allReduce(0, 0, 0, INT32, SUM, rank.comm(), captured.handle()));
          rank.recv(in, 0);
        });
    rank.synchronize();
    rank.expect("the message", in, 1);
    captured.endCapture().close();
    captured.close();
  }

  @Example
  @Needs(environment = POINTERS)
  public void required_ARG_04_checkModeRefusesWhatIsNoBuffer() {
    raw(atMost(2), RawCheckRules::refusesNull);
  }

  @Example
  @Needs(since = "2.29.7", environment = "NCCL_CHECK_MODE=debug_local")
  public void required_ARG_04_checkModeHasANameSince2_29_7() {
    raw(atMost(2), RawCheckRules::refusesNull);
  }

  private static void refusesNull(RawRank rank) {
    for (long count : new long[] {0, 2}) {
      rank.everyOperation(0, count, INT32, SUM, rank.rank(), rank.comm())
          .forEach(
              (name, call) -> {
                boolean message = name.equals("ncclSend") || name.equals("ncclRecv");
                if (!message || count > 0) {
                  rank.refuses(name + " of null, x" + count, call);
                }
              });
    }
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.allReduce(buffer);
    rank.synchronize();
    rank.expect("the sum of a good buffer", buffer, rank.worldSize());
    rank.group(INVALID_ARGUMENT, () -> poison(rank, buffer));
    rank.synchronize();
    rank.expect("the buffer of a group with a bad pointer", buffer, rank.worldSize());
  }

  private static void poison(RawRank rank, DeviceBuffer buffer) {
    rank.send(buffer, rank.rank());
    rank.refuses(
        "ncclRecv into null",
        () -> rank.abi().recv(0, 1, INT32, rank.rank(), rank.comm(), rank.stream()));
  }

  @Example
  @Needs(upTo = 2, environment = POINTERS)
  public void required_ARG_04_onlyTheRootsBuffersAreLookedAt(RawRank rank) {
    int n = rank.worldSize();
    NcclAbi abi = rank.abi();
    DeviceBuffer own = rank.memory(DataType.INT32, rank.rank() + 1);
    DeviceBuffer in = rank.memory(DataType.INT32, 0);
    boolean isRoot = rank.rank() == 0;
    long o = own.address();
    long i = in.address();
    rank.succeeds(
        "ncclBroadcast, send null elsewhere",
        () -> abi.broadcast(isRoot ? o : 0, i, 1, INT32, 0, rank.comm(), rank.stream()));
    rank.synchronize();
    rank.expect("what was broadcast", in, 1);
    rank.succeeds(
        "ncclReduce, recv null elsewhere",
        () -> abi.reduce(o, isRoot ? i : 0, 1, INT32, SUM, 0, rank.comm(), rank.stream()));
    rank.synchronize();
    rank.expect("the sum", in, isRoot ? n * (n + 1) / 2.0 : 1);
  }

  @Example
  @AlsoShows("COL-23")
  @Needs(environment = POINTERS, ranks = 2, ownGpus = true)
  public void required_ARG_04_memoryOfAnotherDeviceIsRefused(RawRank rank) {
    Device other = rank.world().instance().backend().devices().get(1 - rank.rank());
    try (DeviceBuffer foreign = Values.of(other, DataType.INT32, 1)) {
      long f = foreign.address();
      rank.everyOperation(f, 1, INT32, SUM, rank.rank(), rank.comm())
          .forEach((name, call) -> rank.refuses(name + " on another device", call));
    }
    rank.barrier(); // each looks at memory that the other frees
  }

  @Example
  @Needs(environment = POINTERS)
  public void required_ARG_05_unusedBuffersOfGatherAndScatterAreLookedAt(RawRank rank) {
    NcclAbi abi = rank.abi();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1, 2);
    long b = buffer.address();
    long other = rank.rank() == 0 ? b : 0;
    int code = rank.rank() == 0 ? SUCCESS : INVALID_ARGUMENT;
    rank.expect(
        "ncclGather x0, recv null elsewhere",
        code,
        () -> abi.gather(b, other, 0, INT32, 0, rank.comm(), rank.stream()));
    rank.expect(
        "ncclScatter x0, send null elsewhere",
        code,
        () -> abi.scatter(other, b, 0, INT32, 0, rank.comm(), rank.stream()));
  }

  @Example
  @Needs(environment = "NCCL_CHECK_MODE=DEBUG_GLOBAL")
  public void required_ARG_06_plainMemoryNeedNoSymmetry(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1, 1, 1);
    DeviceBuffer part = buffer.slice(rank.rank(), 1); // another offset on every rank
    rank.allReduce(part);
    rank.synchronize();
    rank.expect("a sum at different offsets", part, n);
  }

  @Example
  public void required_P2P_20_messagesAreNotLookedAt() {
    raw(atMost(2), rank -> messagesOfNull(rank)); // count 0 is all that is safe to try
  }

  @Example
  @Needs(upTo = 2, environment = POINTERS)
  public void required_P2P_20_messagesAreLookedAtInCheckMode(RawRank rank) {
    NcclAbi abi = rank.abi();

    messagesOfNull(rank);
    int self = rank.rank();
    rank.refuses(
        "ncclSend of one element at null",
        () -> abi.send(0, 1, INT32, self, rank.comm(), rank.stream()));
    rank.refuses(
        "ncclRecv of one element to null",
        () -> abi.recv(0, 1, INT32, self, rank.comm(), rank.stream()));
  }

  private static void messagesOfNull(RawRank rank) {
    int self = rank.rank();
    rank.group(
        () -> {
          rank.succeeds(
              "ncclSend of nothing at null",
              () -> rank.abi().send(0, 0, INT32, self, rank.comm(), rank.stream()));
          rank.succeeds(
              "ncclRecv of nothing to null",
              () -> rank.abi().recv(0, 0, INT32, self, rank.comm(), rank.stream()));
        });
  }
}
