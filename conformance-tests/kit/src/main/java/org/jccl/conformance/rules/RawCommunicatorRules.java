package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.spi.NcclAbi;

/**
 * Result codes of creating, asking and ending communicators, and of memory, on the raw surface
 * (chapters 2, 3 and 8 of the rule book).
 */
final class RawCommunicatorRules extends RawSuite {
  @Example
  @AlsoShows("ARG-15")
  public void required_INIT_04_ranksOutOfRange(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment id = rank.allocate(UniqueId.BYTES);
    rank.succeeds("ncclGetUniqueId", () -> abi.getUniqueId(id));
    int[][] wrong = {{1, 1}, {1, -1}, {2, 2}};
    for (int[] pair : wrong) {
      rank.slot().set(JAVA_LONG, 0, 77);
      rank.refuses(
          "rank " + pair[1] + " of " + pair[0],
          () -> abi.commInitRank(rank.slot(), pair[0], id, pair[1]));
      rank.check(rank.slotLong() == 0, "the handle is not null (INIT-05)");
    }
    rank.refuses("0 ranks", () -> abi.commInitRank(rank.slot(), 0, id, 0));
    rank.refuses("no output", () -> abi.commInitRank(MemorySegment.NULL, 1, id, 0));
  }

  @Example
  public void required_INIT_11_allAtOnce(RawRank rank) {
    NcclAbi abi = rank.abi();
    MemorySegment devices = rank.allocate(8);
    rank.refuses("no array", () -> abi.commInitAll(MemorySegment.NULL, 1, devices));
    rank.refuses("-1 devices", () -> abi.commInitAll(rank.slot(), -1, devices));
    devices.set(JAVA_INT, 0, 10_000);
    rank.refuses("device 10000", () -> abi.commInitAll(rank.slot(), 1, devices));
  }

  @Example
  public void required_CFG_02_fieldsOutOfRange(RawRank rank) {
    int version = capabilities().version();
    for (ConfigField field : ConfigField.values()) {
      if (field.since() <= version && field.min() >= 0) {
        refusedConfig(rank, field, field.min() - 1);
      }
    }
  }

  private void refusedConfig(RawRank rank, ConfigField field, int value) {
    MemorySegment config = rank.config();
    config.set(JAVA_INT, field.offset(), value);
    init(rank, config, INVALID_ARGUMENT, field.nativeName() + " " + value);
  }

  @Example
  @AlsoShows("ARG-16")
  public void required_CFG_01_theMarkerIsChecked(RawRank rank) {
    MemorySegment config = rank.config();
    config.set(JAVA_INT, ConfigField.MAGIC_OFFSET, 0x12345678);
    init(rank, config, INVALID_ARGUMENT, "a wrong marker");
    init(rank, rank.config(), SUCCESS, "a plain configuration");
    init(rank, MemorySegment.NULL, SUCCESS, "no configuration (INIT-14)");
  }

  private static void init(RawRank rank, MemorySegment config, int code, String what) {
    NcclAbi abi = rank.abi();
    MemorySegment id = rank.allocate(UniqueId.BYTES);
    rank.succeeds("ncclGetUniqueId", () -> abi.getUniqueId(id));
    rank.slot().set(JAVA_LONG, 0, 0);
    rank.expect(what, code, () -> abi.commInitRankConfig(rank.slot(), 1, id, 0, config));
    long made = rank.slotLong();
    if (made != 0) {
      rank.succeeds("ncclCommAbort after " + what, () -> abi.commAbort(made));
    }
  }

  @Example
  @Needs(upTo = 3, ownGpus = true)
  public void required_ARG_22_attributesOfACommunicator(RawRank rank) {
    long comm = rank.comm();
    NcclAbi abi = rank.abi();
    rank.succeeds("ncclCommCount", () -> abi.commCount(comm, rank.slot()));
    rank.check(rank.slotInt() == rank.worldSize(), "count " + rank.slotInt());
    rank.succeeds("ncclCommUserRank", () -> abi.commUserRank(comm, rank.slot()));
    rank.check(rank.slotInt() == rank.rank(), "rank " + rank.slotInt());
    rank.succeeds("ncclCommCuDevice", () -> abi.commCuDevice(comm, rank.slot()));
    rank.check(rank.slotInt() == rank.device().index(), "device " + rank.slotInt());
    rank.refuses("count of null", () -> abi.commCount(0, rank.slot()));
    rank.refuses("rank of null", () -> abi.commUserRank(0, rank.slot()));
    rank.refuses("device of null", () -> abi.commCuDevice(0, rank.slot()));
    rank.refuses("count into null", () -> abi.commCount(comm, MemorySegment.NULL));
  }

  @Example
  @AlsoShows("ARG-23")
  public void required_ERR_01_theAsyncErrorQuery(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.refuses("of null", () -> abi.commGetAsyncError(0, rank.slot()));
    rank.refuses("into null", () -> abi.commGetAsyncError(rank.comm(), MemorySegment.NULL));
    rank.succeeds("a ready one", () -> abi.commGetAsyncError(rank.comm(), rank.slot()));
    rank.check(rank.slotInt() == SUCCESS, "state " + rank.slotInt());
  }

  @Example
  @AlsoShows("ARG-19")
  public void required_LIF_01_theEndOfNothing(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.succeeds("ncclCommFinalize(null)", () -> abi.commFinalize(0));
    rank.succeeds("ncclCommDestroy(null)", () -> abi.commDestroy(0));
    rank.succeeds("ncclCommAbort(null)", () -> abi.commAbort(0));
  }

  @Example
  public void required_ARG_33_memoryFromTheLibrary(RawRank rank) {
    NcclAbi abi = rank.abi();
    rank.succeeds("ncclMemFree(null)", () -> abi.memFree(0));
    rank.expect(
        "ncclMemAlloc(null)", UNHANDLED_CUDA_ERROR, () -> abi.memAlloc(MemorySegment.NULL, 64));
    rank.succeeds("ncclMemAlloc", () -> abi.memAlloc(rank.slot(), 4096));
    long address = rank.slotLong();
    rank.check(address != 0, "4096 bytes at null");
    rank.succeeds("ncclMemFree", () -> abi.memFree(address));
  }
}
