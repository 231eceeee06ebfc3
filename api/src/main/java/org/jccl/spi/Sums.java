package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jccl.CollectiveException;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;

/** The custom reductions of one communicator (rules PMS-01 to PMS-11). */
final class Sums {
  private static final int DEVICE_SCALAR = 0;
  private static final int HOST_SCALAR = 1;

  private final LibraryCommunicator owner;
  private final List<PreMulSum> sums = new ArrayList<>();

  Sums(LibraryCommunicator owner) {
    this.owner = owner;
  }

  PreMulSum create(DataType type, double scalar) {
    owner.requireUsable();
    // Little-endian: the element's bytes come first, whatever its size. Read at once (PMS-02).
    MemorySegment bits = Arena.ofAuto().allocate(JAVA_LONG);
    bits.set(JAVA_LONG, 0, type.encode(scalar));
    try {
      return create(type, LentMemory.lend(bits), HOST_SCALAR);
    } finally {
      LentMemory.takeBack(bits);
    }
  }

  PreMulSum create(DeviceBuffer scalar) {
    owner.requireUsable();
    if (scalar.count() != 1 || scalar.device() != owner.device() || scalar.isClosed()) {
      throw new IllegalArgumentException(
          owner.who()
              + ", preMulSum: one element on "
              + owner.device()
              + " is needed, got "
              + scalar);
    }
    return create(scalar.type(), scalar.address(), DEVICE_SCALAR);
  }

  private PreMulSum create(DataType type, long scalar, int residence) {
    MemorySegment slot = Arena.ofAuto().allocate(JAVA_INT);
    long comm = owner.handle().value();
    int code =
        owner
            .calls()
            .asked(
                "ncclRedOpCreatePreMulSum",
                owner.config().initLimit(),
                () -> owner.abi().redOpCreatePreMulSum(slot, scalar, type.code(), residence, comm));
    owner.guard().settled(code, "preMulSum");
    // The calls that were recorded with it are issued when the group ends (PMS-07).
    PreMulSum sum =
        new PreMulSum(
            owner,
            type,
            slot.get(JAVA_INT, 0),
            made -> GroupRecording.whenIssued(() -> destroy(made)));
    sums.add(sum);
    return sum;
  }

  private void destroy(int handle) {
    sums.removeIf(sum -> sum.code() == handle);
    // With the communicator its sums are gone, too (PMS-11).
    int code =
        owner.quick(
            "ncclRedOpDestroy",
            owner.config().closeLimit(),
            comm -> owner.abi().redOpDestroy(handle, comm));
    if (code != 0) {
      throw owner.failure(code, "closing a preMulSum");
    }
  }

  /** A communicator takes its sums with it (PMS-11), so one that fails is no reason to stop. */
  void close() {
    for (PreMulSum sum : List.copyOf(sums)) {
      try {
        sum.close();
      } catch (CollectiveException failed) {
        ClosingLog.failed(owner + ": closing " + sum + " failed", failed);
      }
    }
  }
}
