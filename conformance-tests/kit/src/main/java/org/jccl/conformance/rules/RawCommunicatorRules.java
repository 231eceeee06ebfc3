package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.conformance.rules.RawRank.INVALID_ARGUMENT;
import static org.jccl.conformance.rules.RawRank.SUCCESS;
import static org.jccl.conformance.rules.RawRank.UNHANDLED_CUDA_ERROR;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.spi.NcclAbi;

/**
 * Result codes of creating, asking and ending communicators, and of memory, on the raw surface
 * (chapters 2, 3 and 8 of the rule book).
 */
public final class RawCommunicatorRules extends RawSuite {
  /** About the current subject. */
  public RawCommunicatorRules() {}

  @Example
  @AlsoShows("ARG-15")
  public void required_INIT_04_ranksOutOfRange() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          MemorySegment id = rank.allocate(UniqueId.BYTES);
          rank.expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(id));
          int[][] wrong = {{1, 1}, {1, -1}, {2, 2}};
          for (int[] pair : wrong) {
            rank.slot().set(JAVA_LONG, 0, 77);
            rank.expect(
                "rank " + pair[1] + " of " + pair[0],
                INVALID_ARGUMENT,
                () -> abi.commInitRank(rank.slot(), pair[0], id, pair[1]));
            rank.world()
                .check(rank.slot().get(JAVA_LONG, 0) == 0, "the handle is not null (INIT-05)");
          }
          rank.expect("0 ranks", INVALID_ARGUMENT, () -> abi.commInitRank(rank.slot(), 0, id, 0));
          rank.expect(
              "no output", INVALID_ARGUMENT, () -> abi.commInitRank(MemorySegment.NULL, 1, id, 0));
        });
  }

  @Example
  public void required_INIT_11_allAtOnce() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          MemorySegment devices = rank.allocate(8);
          rank.expect(
              "no array", INVALID_ARGUMENT, () -> abi.commInitAll(MemorySegment.NULL, 1, devices));
          rank.expect(
              "-1 devices", INVALID_ARGUMENT, () -> abi.commInitAll(rank.slot(), -1, devices));
          devices.set(JAVA_INT, 0, 10_000);
          rank.expect(
              "device 10000", INVALID_ARGUMENT, () -> abi.commInitAll(rank.slot(), 1, devices));
        });
  }

  @Example
  public void required_CFG_02_fieldsOutOfRange() {
    raw(
        1,
        rank -> {
          int version = capabilities().version();
          for (ConfigField field : ConfigField.values()) {
            if (field.since() <= version && field.min() >= 0) {
              refusedConfig(rank, field, field.min() - 1);
            }
          }
          refusedConfig(rank, ConfigField.MIN_CTAS, 40); // CFG-05: alone it exceeds the maximum
        });
  }

  private void refusedConfig(RawRank rank, ConfigField field, int value) {
    MemorySegment config = rank.config();
    config.set(JAVA_INT, field.offset(), value);
    init(rank, config, INVALID_ARGUMENT, field.nativeName() + " " + value);
  }

  @Example
  @AlsoShows("ARG-16")
  public void required_CFG_01_theMarkerIsChecked() {
    raw(
        1,
        rank -> {
          MemorySegment config = rank.config();
          config.set(JAVA_INT, ConfigField.MAGIC_OFFSET, 0x12345678);
          init(rank, config, INVALID_ARGUMENT, "a wrong marker");
          init(rank, rank.config(), SUCCESS, "a plain configuration");
          init(rank, MemorySegment.NULL, SUCCESS, "no configuration (INIT-14)");
        });
  }

  private static void init(RawRank rank, MemorySegment config, int code, String what) {
    NcclAbi abi = rank.abi();
    MemorySegment id = rank.allocate(UniqueId.BYTES);
    rank.expect("ncclGetUniqueId", SUCCESS, () -> abi.getUniqueId(id));
    rank.slot().set(JAVA_LONG, 0, 0);
    rank.expect(what, code, () -> abi.commInitRankConfig(rank.slot(), 1, id, 0, config));
    long made = rank.slot().get(JAVA_LONG, 0);
    if (made != 0) {
      rank.expect("ncclCommAbort after " + what, SUCCESS, () -> abi.commAbort(made));
    }
  }

  @Example
  public void required_ARG_22_attributesOfACommunicator() {
    raw(
        atMost(3),
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect("ncclCommCount", SUCCESS, () -> abi.commCount(rank.comm(), rank.slot()));
          rank.world().check(rank.slotInt() == rank.worldSize(), "count " + rank.slotInt());
          rank.expect(
              "ncclCommUserRank", SUCCESS, () -> abi.commUserRank(rank.comm(), rank.slot()));
          rank.world().check(rank.slotInt() == rank.rank(), "rank " + rank.slotInt());
          rank.expect(
              "ncclCommCuDevice", SUCCESS, () -> abi.commCuDevice(rank.comm(), rank.slot()));
          rank.world().check(rank.slotInt() == rank.device().index(), "device " + rank.slotInt());
          rank.expect("count of null", INVALID_ARGUMENT, () -> abi.commCount(0, rank.slot()));
          rank.expect("rank of null", INVALID_ARGUMENT, () -> abi.commUserRank(0, rank.slot()));
          rank.expect("device of null", INVALID_ARGUMENT, () -> abi.commCuDevice(0, rank.slot()));
          rank.expect(
              "count into null",
              INVALID_ARGUMENT,
              () -> abi.commCount(rank.comm(), MemorySegment.NULL));
        });
  }

  @Example
  @AlsoShows("ARG-23")
  public void required_ERR_01_theAsyncErrorQuery() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect("of null", INVALID_ARGUMENT, () -> abi.commGetAsyncError(0, rank.slot()));
          rank.expect(
              "into null",
              INVALID_ARGUMENT,
              () -> abi.commGetAsyncError(rank.comm(), MemorySegment.NULL));
          rank.expect(
              "a ready one", SUCCESS, () -> abi.commGetAsyncError(rank.comm(), rank.slot()));
          rank.world().check(rank.slotInt() == SUCCESS, "state " + rank.slotInt());
        });
  }

  @Example
  @AlsoShows("ARG-19")
  public void required_LIF_01_theEndOfNothing() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect("ncclCommFinalize(null)", SUCCESS, () -> abi.commFinalize(0));
          rank.expect("ncclCommDestroy(null)", SUCCESS, () -> abi.commDestroy(0));
          rank.expect("ncclCommAbort(null)", SUCCESS, () -> abi.commAbort(0));
        });
  }

  @Example
  public void required_ARG_33_memoryFromTheLibrary() {
    raw(
        1,
        rank -> {
          NcclAbi abi = rank.abi();
          rank.expect("ncclMemFree(null)", SUCCESS, () -> abi.memFree(0));
          rank.expect(
              "ncclMemAlloc(null)",
              UNHANDLED_CUDA_ERROR,
              () -> abi.memAlloc(MemorySegment.NULL, 64));
          rank.expect("ncclMemAlloc", SUCCESS, () -> abi.memAlloc(rank.slot(), 4096));
          long address = rank.slot().get(JAVA_LONG, 0);
          rank.world().check(address != 0, "4096 bytes at null");
          rank.expect("ncclMemFree", SUCCESS, () -> abi.memFree(address));
        });
  }
}
