package org.jccl.nccl.cuda;

import java.util.List;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemAccessDesc;
import jcuda.driver.CUmemAccess_flags;
import jcuda.driver.CUmemAllocationGranularity_flags;
import jcuda.driver.CUmemAllocationProp;
import jcuda.driver.CUmemAllocationType;
import jcuda.driver.CUmemGenericAllocationHandle;
import jcuda.driver.CUmemLocation;
import jcuda.driver.CUmemLocationType;
import jcuda.driver.JCudaDriver;

/**
 * Memory of one GPU that some other GPUs of this process reach, and nothing else of that GPU: peer
 * access of whole devices ({@code cudaDeviceEnablePeerAccess}) would open all memory, also what
 * programs allocate later, and stay for the life of the process.
 */
final class PeerMemory {
  private final CUmemGenericAllocationHandle allocation = new CUmemGenericAllocationHandle();
  private final CUdeviceptr address = new CUdeviceptr();
  private final long bytes;
  private long start;

  private PeerMemory(long bytes) {
    this.bytes = bytes;
  }

  /**
   * Allocates at least so many bytes; not cleared. The owner is the calling thread's device.
   *
   * @param devices all that reach it, the owner among them
   */
  static PeerMemory allocate(CudaDevice owner, List<CudaDevice> devices, long bytes) {
    CUmemAllocationProp where = new CUmemAllocationProp();
    where.type = CUmemAllocationType.CU_MEM_ALLOCATION_TYPE_PINNED;
    where.location = location(owner);
    long[] unit = {0};
    Cuda.checkDriver(
        JCudaDriver.cuMemGetAllocationGranularity(
            unit, where, CUmemAllocationGranularity_flags.CU_MEM_ALLOC_GRANULARITY_MINIMUM),
        "cuMemGetAllocationGranularity");
    PeerMemory made = new PeerMemory(Math.ceilDiv(bytes, unit[0]) * unit[0]);
    made.map(where, devices);
    return made;
  }

  private void map(CUmemAllocationProp where, List<CudaDevice> devices) {
    Cuda.checkDriver(JCudaDriver.cuMemCreate(allocation, bytes, where, 0), "cuMemCreate");
    boolean isReserved = false;
    boolean isMapped = false;
    try {
      Cuda.checkDriver(
          JCudaDriver.cuMemAddressReserve(address, bytes, 0, new CUdeviceptr(), 0),
          "cuMemAddressReserve");
      start = new Address(address).value();
      isReserved = true;
      int code = JCudaDriver.cuMemMap(address, bytes, 0, allocation, 0);
      isMapped = code == 0;
      Cuda.checkDriver(code, "cuMemMap");
      CUmemAccessDesc[] access =
          devices.stream()
              .map(
                  device ->
                      new CUmemAccessDesc(
                          location(device), CUmemAccess_flags.CU_MEM_ACCESS_FLAGS_PROT_READWRITE))
              .toArray(CUmemAccessDesc[]::new);
      Cuda.checkDriver(
          JCudaDriver.cuMemSetAccess(address, bytes, access, access.length), "cuMemSetAccess");
    } catch (RuntimeException failed) {
      release(isReserved, isMapped);
      throw failed;
    }
  }

  private static CUmemLocation location(CudaDevice device) {
    return new CUmemLocation(CUmemLocationType.CU_MEM_LOCATION_TYPE_DEVICE, device.index());
  }

  /** Where it begins, on every device. */
  long start() {
    return start;
  }

  /** No kernel uses it any more, on any device. */
  void free() {
    release(true, true);
  }

  private void release(boolean isReserved, boolean isMapped) {
    if (isMapped) {
      JCudaDriver.cuMemUnmap(address, bytes);
    }
    if (isReserved) {
      JCudaDriver.cuMemAddressFree(address, bytes);
    }
    JCudaDriver.cuMemRelease(allocation);
  }
}
