package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jccl.CollectiveException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ResultCode;
import org.jccl.ops.NcclFunction;

/** Memory from the library's own allocator (rules MEM-01, MEM-02). */
final class RegistrableMemory {
  private RegistrableMemory() {}

  /**
   * {@code count} elements on {@code device}; closing the buffer gives them back, at once: nothing
   * may use them any more (MEM-06).
   *
   * @param backend the backend, which is asked for its own library
   * @param abi the library
   * @param device the device
   * @param type the element type
   * @param count number of elements
   * @return the buffer
   */
  static DeviceBuffer allocate(
      LibraryBackend backend, NcclAbi abi, Device device, DataType type, long count) {
    int version = backend.ncclVersion();
    if (!NcclFunction.MEM_ALLOC.isIn(version)) {
      throw NcclFunction.MEM_ALLOC.missingIn(version);
    }
    if (count < 1 || count > Long.MAX_VALUE / type.bytes()) {
      throw new IllegalArgumentException(
          "registrable memory for " + count + " elements of " + type + ": at least 1 is needed");
    }
    if (device instanceof CaptureGuard guard) {
      guard.requireNotCapturing("allocation");
    }
    device.makeCurrent();
    MemorySegment slot = Arena.ofAuto().allocate(JAVA_LONG);
    int code =
        backend.ask(
            device,
            "ncclMemAlloc",
            CommunicatorConfig.defaults().initLimit(),
            () -> abi.memAlloc(slot, count * type.bytes()));
    if (code != 0) {
      throw failure(
          "ncclMemAlloc of " + count + " elements of " + type, code, backend, abi, device);
    }
    return DeviceBuffer.owning(
        device,
        type,
        slot.get(JAVA_LONG, 0),
        count,
        address -> free(backend, abi, device, address));
  }

  private static void free(LibraryBackend backend, NcclAbi abi, Device device, long address) {
    device.makeCurrent();
    int code =
        backend.ask(
            device,
            "ncclMemFree",
            CommunicatorConfig.defaults().closeLimit(),
            () -> abi.memFree(address));
    if (code != 0) {
      throw failure("ncclMemFree", code, backend, abi, device);
    }
  }

  private static CollectiveException failure(
      String what, int code, LibraryBackend backend, NcclAbi abi, Device device) {
    return new CollectiveException(
        ResultCode.of(code),
        what
            + " on device "
            + device.index()
            + ": "
            + ResultCode.of(code)
            + ", the library says: "
            + backend.lastWords(abi));
  }
}
