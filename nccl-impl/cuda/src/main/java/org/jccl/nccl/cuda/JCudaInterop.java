package org.jccl.nccl.cuda;

import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;
import jcuda.runtime.cudaStream_t;
import jcuda.runtime.dim3;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.WorkBody;

/**
 * For programs that use JCuda themselves: their pointers and streams in jccl's calls, and jccl's in
 * theirs. Nothing changes owner; whoever made a thing keeps it alive while the other side uses it,
 * and frees it.
 */
public final class JCudaInterop {
  private JCudaInterop() {}

  /**
   * {@code count} elements at a device pointer, as a buffer that owns nothing.
   *
   * @param device the device
   * @param type the element type
   * @param pointer the device pointer
   * @param count number of elements
   * @return a buffer that owns nothing
   * @throws IllegalArgumentException if the pointer is null or names host memory of Java
   */
  public static DeviceBuffer buffer(Device device, DataType type, Pointer pointer, long count) {
    long address = new Address(pointer).value();
    if (address == 0) {
      throw new IllegalArgumentException("a device pointer is needed, got " + pointer);
    }
    return DeviceBuffer.wrap(CudaDevice.of(device), type, address, count);
  }

  /**
   * {@return the memory of a buffer as JCuda's pointer}
   *
   * @param buffer a buffer in device memory
   */
  public static Pointer pointer(DeviceBuffer buffer) {
    return new Address(buffer.address());
  }

  /**
   * {@return a stream made by JCuda, for use in jccl's calls} Closing the result forgets it and
   * leaves the CUDA stream alone; close it before destroying that.
   *
   * @param device the device
   * @param stream the stream on which the work is enqueued
   * @throws IllegalArgumentException for CUDA's default stream, which jccl never uses: it waits for
   *     other streams behind one's back
   */
  public static Stream stream(Device device, cudaStream_t stream) {
    long handle = new StreamHandle(stream).value();
    // 0, 1 and 2 are CUDA's names for its default streams.
    if (handle >= 0 && handle <= 2) {
      throw new IllegalArgumentException(
          "CUDA's default stream cannot be used: make one by cudaStreamCreateWithFlags");
    }
    return CudaDevice.of(device).borrow(stream);
  }

  /**
   * {@return the same for a stream of the driver}
   *
   * @param device the device
   * @param stream the stream on which the work is enqueued
   */
  public static Stream stream(Device device, CUstream stream) {
    return stream(device, new cudaStream_t(stream));
  }

  /**
   * A kernel as the body of work: {@code stream.run(work, JCudaInterop.kernel(…))} launches it. Its
   * stream must be one of a GPU. What the work declares is not checked there.
   *
   * @param function the kernel, of a module loaded on the stream's device
   * @param grid how many blocks
   * @param block how many threads each
   * @param sharedBytes dynamic shared memory of a block
   * @param parameters pointers to the kernel's parameters, which are read at {@code run}
   * @return the body
   */
  public static WorkBody kernel(
      CUfunction function, dim3 grid, dim3 block, int sharedBytes, Pointer parameters) {
    return new CudaKernel(function, grid, block, sharedBytes, parameters);
  }

  /**
   * {@return a stream of jccl's for JCuda's calls}
   *
   * @param stream the stream on which the work is enqueued
   */
  public static cudaStream_t stream(Stream stream) {
    return new cudaStream_t(CudaStream.of(stream).driver());
  }
}
