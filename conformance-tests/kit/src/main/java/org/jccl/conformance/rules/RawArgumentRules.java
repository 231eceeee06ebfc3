package org.jccl.conformance.rules;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.spi.NcclAbi;

/**
 * Result codes of wrong arguments, on the raw surface: what the typed one cannot even say (chapter
 * 8 of the rule book).
 */
final class RawArgumentRules extends RawSuite {
  private static final int HOST = 1;

  @Example
  public void required_VER_01_versionQuery(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.succeeds("ncclGetVersion", () -> abi.getVersion(rank.slot()));
    int version = rank.slotInt();
    rank.check(version == capabilities().version(), "version " + version);
    rank.refuses("ncclGetVersion(null)", () -> abi.getVersion(MemorySegment.NULL));
  }

  @Example
  public void required_ARG_24_queriesOfTheLibrary(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.refuses("ncclGetUniqueId(null)", () -> abi.getUniqueId(MemorySegment.NULL));
    for (int code : new int[] {-5, 0, 1, 4, 7, 8, 9, 1000}) {
      rank.check(!abi.getErrorString(code).isEmpty(), "no text for result " + code);
    }
    abi.getLastError(0);
    abi.getLastError(rank.comm());
  }

  @Example
  @Needs(upTo = 2)
  public void required_TYP_02_typesOutOfRange(RawRank rank) {
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1, 2);
    for (int type : new int[] {-1, 12, 1000}) {
      refused(rank, buffer, 2, type, SUM, 0, "type " + type);
      refused(rank, buffer, 0, type, SUM, 0, "type " + type + " and count 0");
    }
  }

  @Example
  @AlsoShows({"P2P-16", "ARG-03"})
  @Needs(upTo = 2)
  public void required_COL_08_rootsAndPeersOutOfRange(RawRank rank) {
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1, 2);
    for (int root : new int[] {-1, rank.worldSize()}) {
      for (long count : new long[] {0, 2}) {
        rank.everyOperation(buffer.address(), count, FLOAT32, SUM, root, rank.comm())
            .forEach(
                (name, call) -> {
                  if (isDirected(name)) {
                    String what = name + " with root or peer " + root + ", x" + count;
                    rank.refuses(what, call);
                  }
                });
      }
    }
  }

  private static boolean isDirected(String name) {
    return switch (name) {
      case "ncclAllReduce", "ncclReduceScatter", "ncclAllGather", "ncclAlltoAll" -> false;
      default -> true;
    };
  }

  private static boolean isReduction(String name) {
    return name.contains("Reduce");
  }

  @Example
  @Needs(upTo = 2)
  public void required_RED_02_reductionsOutOfRange(RawRank rank) {
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1, 2);
    for (int op : new int[] {-1, 5, 77}) {
      for (long count : new long[] {0, 2}) {
        rank.everyOperation(buffer.address(), count, FLOAT32, op, 0, rank.comm())
            .forEach(
                (name, call) -> {
                  if (isReduction(name)) {
                    String what = name + " with op " + op + ", x" + count;
                    rank.refuses(what, call);
                  }
                });
      }
    }
  }

  @Example
  public void required_ARG_01_theNullCommunicatorComesFirst(RawRank rank) {
    rank.everyOperation(0, 1, 12, -1, -1, 0)
        .forEach((name, call) -> rank.refuses(name + " with everything wrong", call));
  }

  @Example
  @AlsoShows({"ARG-08", "COL-02"})
  @Needs(upTo = 2)
  public void required_ARG_03_countZeroIsCheckedAndThenDoesNothing(RawRank rank) {
    rank.everyOperation(0, 0, FLOAT32, SUM, 0, 0)
        .forEach((name, call) -> rank.refuses(name + " without comm", call));
    rank.everyOperation(0, 0, FLOAT32, SUM, 0, rank.comm())
        .forEach(
            (name, call) -> {
              if (!name.equals("ncclSend") && !name.equals("ncclRecv")) {
                rank.succeeds(name + " x0 with null buffers (COL-02)", call);
              }
            });
    rank.synchronize();
  }

  @Example
  public void required_ARG_07_whatOnlyReductionsCheck() {
    needFloat8Reductions();
    raw(
        rank -> {
          NcclAbi abi = rank.abi();
          int type = DataType.FLOAT8_E4M3.code();
          DeviceBuffer buffer = rank.memory(DataType.FLOAT8_E4M3, 1, 2);
          long b = buffer.address();
          rank.refuses(
              "an average of float8 over one rank (RED-12)",
              () -> abi.allReduce(b, b, 2, type, AVG, rank.comm(), rank.stream()));
          rank.succeeds(
              "the same of count 0",
              () -> abi.allReduce(b, b, 0, type, AVG, rank.comm(), rank.stream()));
        });
  }

  @Example
  public void required_PMS_05_anotherTypesOperation(RawRank rank) {
    long comm = rank.comm();
    NcclAbi abi = rank.abi();
    MemorySegment scalar = rank.allocate(8);
    int op = createSum(rank, scalar, FLOAT32);
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1, 2);
    long b = buffer.address();
    int type = DataType.INT32.code();
    rank.refuses(
        "another type's operation", () -> abi.allReduce(b, b, 2, type, op, comm, rank.stream()));
    rank.succeeds(
        "another type's operation, count 0",
        () -> abi.allReduce(b, b, 0, type, op, comm, rank.stream()));
    rank.succeeds("ncclRedOpDestroy", () -> abi.redOpDestroy(op, comm));
  }

  private static int createSum(RawRank rank, MemorySegment scalar, int type) {
    rank.succeeds(
        "ncclRedOpCreatePreMulSum",
        () ->
            rank.abi()
                .redOpCreatePreMulSum(rank.slot(), scalar.address(), type, HOST, rank.comm()));
    int op = rank.slotInt();
    rank.check(op >= 5, "the operation's handle is " + op + " (PMS-06)");
    return op;
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_02_theHostScalarIsReadAtCreation(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment scalar = rank.allocate(8);
    scalar.set(ValueLayout.JAVA_FLOAT, 0, 3f);
    int op = createSum(rank, scalar, FLOAT32);
    scalar.fill((byte) 0);
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 2);
    long b = buffer.address();
    rank.succeeds(
        "ncclAllReduce", () -> abi.allReduce(b, b, 1, FLOAT32, op, rank.comm(), rank.stream()));
    rank.succeeds("ncclRedOpDestroy", () -> abi.redOpDestroy(op, rank.comm()));
    rank.synchronize();
    rank.expect("the sum scaled by 3", buffer, 6.0 * rank.worldSize());
  }

  @Example
  public void required_PMS_08_destroyingWhatIsNone(RawRank rank) {
    long comm = rank.comm();
    NcclAbi abi = rank.abi();
    for (int op : new int[] {-1, 0, 4, 77}) {
      rank.refuses("ncclRedOpDestroy of " + op, () -> abi.redOpDestroy(op, comm));
    }
    int op = createSum(rank, rank.allocate(8), FLOAT32);
    rank.refuses("without communicator", () -> abi.redOpDestroy(op, 0));
    rank.succeeds("ncclRedOpDestroy", () -> abi.redOpDestroy(op, comm));
    rank.refuses("once more", () -> abi.redOpDestroy(op, comm));
  }

  @Example
  public void required_PMS_09_creatingWhatCannotBe(RawRank rank) {
    NcclAbi abi = rank.abi();
    long scalar = rank.allocate(8).address();
    rank.refuses(
        "without communicator",
        () -> abi.redOpCreatePreMulSum(rank.slot(), scalar, FLOAT32, HOST, 0));
    rank.expect(
        "of type 12, host immediate",
        INTERNAL_ERROR,
        () -> abi.redOpCreatePreMulSum(rank.slot(), scalar, 12, HOST, rank.comm()));
  }

  private static void refused(
      RawRank rank, DeviceBuffer buffer, long count, int type, int op, int root, String what) {
    rank.everyOperation(buffer.address(), count, type, op, root, rank.comm())
        .forEach((name, call) -> rank.refuses(name + " with " + what, call));
  }
}
